import { describe, expect, it } from '@jest/globals';
import { span } from './test-spans.js';
import { buildTree } from './tree.js';
import { explain, toUsuals } from './usual.js';

const row = (name: string, p50: number, p95: number, count = 100) => ({
  'service.name': 'gateway',
  name,
  COUNT: count,
  'P50(duration_ms)': p50,
  'P95(duration_ms)': p95,
});
const usuals = (...rows: ReturnType<typeof row>[]) => toUsuals({ rows });
const trace = (query_us: number) =>
  buildTree([
    span('GET', null, 0, 10_000 + query_us),
    span('load', 'GET', 100, 5000 + query_us),
    span('SELECT', 'load', 200, query_us),
  ])[0]!;

describe('why a trace is slow', () => {
  const known = usuals(row('GET', 12, 20), row('load', 7, 10), row('SELECT', 2, 4));

  it('names the span whose own time is most over its usual', () => {
    const explanation = explain(trace(300_000), known);
    expect(explanation?.verdict).toBe('slow');
    expect(explanation?.culprit?.span.name).toBe('SELECT');
    expect(explanation?.culprit?.excess_us).toBe(298_000);
  });

  it('says usual below the p95, and blames nobody', () => {
    expect(explain(trace(3000), known)).toMatchObject({ verdict: 'usual', culprit: undefined });
  });

  it('counts a span of an unknown name as unusual as a whole', () => {
    expect(explain(trace(300_000), usuals(row('GET', 12, 20), row('load', 7, 10)))?.culprit).toMatchObject({
      usual: undefined,
      excess_us: 300_000,
    });
  });

  it('says nothing when too few requests like it are known', () => {
    expect(explain(trace(3000), usuals(row('GET', 12, 20, 3)))).toBeUndefined();
  });
});
