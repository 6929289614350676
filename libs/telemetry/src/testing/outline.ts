import type { ReceivedSpan } from './received-span.js';

/**
 * A trace as an indented outline, one `service: KIND name` line per span, children under their parent in the
 * order in which they started. A failed span ends in `(error)`; a span whose parent is missing begins with
 * `orphan `.
 */
export function outline(spans: readonly ReceivedSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const children = Map.groupBy(spans, ({ parentSpanId }) =>
    parentSpanId !== undefined && ids.has(parentSpanId) ? parentSpanId : undefined,
  );
  const lines: string[] = [];
  const write = (parent: string | undefined, depth: number) => {
    for (const span of (children.get(parent) ?? []).toSorted(byStart)) {
      const orphan = depth === 0 && span.parentSpanId !== undefined ? 'orphan ' : '';
      lines.push(`${'  '.repeat(depth)}${orphan}${describe(span)}`);
      write(span.spanId, depth + 1);
    }
  };
  write(undefined, 0);
  return lines.join('\n');
}

function describe({ service, kind, name, error }: ReceivedSpan): string {
  return `${service}: ${kind} ${name}${error ? ' (error)' : ''}`;
}

function byStart(a: ReceivedSpan, b: ReceivedSpan): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  return a.name.localeCompare(b.name);
}

/** Removes the indentation that a template literal has in its source, and empty lines around it. */
export function dedent(text: string): string {
  const lines = text.replace(/^\s*\n|\s+$/g, '').split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent).trimEnd()).join('\n');
}

/** Two outlines side by side as a diff: `-` expected and missing, `+` there and not expected. */
export function diffOutlines(expected: string, actual: string): string {
  const a = expected.split('\n');
  const b = actual.split('\n');
  // Longest common subsequence: the trees of tests are small.
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i]![j] = a[i] === b[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) lines.push(`  ${a[i++]}`, ...(j++, []));
    else if (j >= b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) lines.push(`- ${a[i++]}`);
    else lines.push(`+ ${b[j++]}`);
  }
  return lines.join('\n');
}
