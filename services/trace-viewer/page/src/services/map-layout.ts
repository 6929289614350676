import { Graph, layout } from '@dagrejs/dagre';
import { type ServiceEdge } from '../api/types.js';

export const NODE = { width: 196, height: 58 };

export interface PlacedNode {
  readonly name: string;
  /** Centre. */
  readonly x: number;
  readonly y: number;
}
export interface PlacedEdge {
  readonly edge: ServiceEdge;
  readonly path: string;
  /** Where its label's centre goes. */
  readonly x: number;
  readonly y: number;
}
export interface PlacedMap {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** Callers left of the called, with room for a label on every edge. */
export function placeServices(names: readonly string[], edges: readonly ServiceEdge[]): PlacedMap {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 34, ranksep: 40, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const name of new Set([...names, ...edges.flatMap(({ from, to }) => [from, to])]))
    graph.setNode(name, { ...NODE });
  for (const { from, to } of edges) graph.setEdge(from, to, { width: 96, height: 34, labelpos: 'c' });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    nodes: graph.nodes().map((name) => {
      const { x, y } = graph.node(name) as { x: number; y: number };
      return { name, x, y };
    }),
    edges: edges.map((edge) => {
      const placed = graph.edge(edge.from, edge.to) as { points: Point[]; x: number; y: number };
      return { edge, path: smooth(placed.points), x: placed.x, y: placed.y };
    }),
  };
}

interface Point {
  x: number;
  y: number;
}

/** Through the middles of the lines between the points: round corners, exact ends. */
function smooth(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (!start) return '';
  const middles = rest.slice(0, -1).map((point, i) => {
    const next = rest[i + 1]!;
    return `Q ${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  const end = rest.at(-1) ?? start;
  return `M ${start.x} ${start.y} ${middles.join(' ')} L ${end.x} ${end.y}`;
}
