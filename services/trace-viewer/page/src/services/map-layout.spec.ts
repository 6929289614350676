import { describe, expect, it } from '@jest/globals';
import { placeServices } from './map-layout.js';

const edge = (from: string, to: string) => ({ from, to, calls: 1, calls_per_s: 1, error_rate: 0, p95_ms: 1 });

describe('the layout of the service map', () => {
  it('places callers left of the called, and every edge', () => {
    const { nodes, edges, width } = placeServices(['c', 'b', 'a'], [edge('a', 'b'), edge('b', 'c')]);
    const x = Object.fromEntries(nodes.map((node) => [node.name, node.x]));
    expect(x['a']).toBeLessThan(x['b']!);
    expect(x['b']).toBeLessThan(x['c']!);
    expect(x['c']).toBeLessThan(width);
    expect(edges.map(({ path }) => path.startsWith('M '))).toEqual([true, true]);
  });

  it('has room for the page and the three services side by side, on a screen of 1,280 pixels', () => {
    const { width } = placeServices([], [edge('a', 'b'), edge('b', 'c'), edge('c', 'd')]);
    expect(width).toBeLessThanOrEqual(1_220);
  });

  it('stands a cycle, a service without calls, and one that only an edge names', () => {
    const { nodes } = placeServices(['a', 'alone'], [edge('a', 'b'), edge('b', 'a')]);
    expect(nodes.map(({ name }) => name).sort()).toEqual(['a', 'alone', 'b']);
  });
});
