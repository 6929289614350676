import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { type InMemoryTracing, startInMemoryTracing } from '../testing/in-memory-tracing.js';
import { ConsoleTreeExporter } from './console-tree.js';

let tracing: InMemoryTracing;
beforeAll(() => {
  tracing = startInMemoryTracing();
});
beforeEach(() => tracing.reset());
afterAll(() => tracing.shutdown());

function setUp(maxPendingSpans?: number) {
  const written: string[] = [];
  const exporter = new ConsoleTreeExporter(
    (text) => written.push(text.replaceAll(/\d+\.\d ms/g, 'N ms')),
    maxPendingSpans,
  );
  const flush = () => {
    exporter.export(tracing.spans(), () => {});
    tracing.reset();
  };
  return { written, exporter, flush };
}

const start = (name: string, parent = context.active()) => {
  const span = trace.getTracer('test').startSpan(name, {}, parent);
  return { span, inside: trace.setSpan(parent, span), traceId: span.spanContext().traceId };
};

describe('the console tree', () => {
  it('waits for the root, over several batches', () => {
    const { written, flush } = setUp();
    const root = start('root');
    const child = start('child', root.inside);
    start('grandchild', child.inside).span.end();
    child.span.end();
    flush();
    expect(written).toEqual([]);
    root.span.end();
    flush();
    const service = `unknown_service:${process.argv0}`;
    expect(written.join('').replace(/unknown_service:\S+:/, `${service}:`)).toBe(
      `trace ${root.traceId}\n  ${service}: INTERNAL root  +N ms  N ms\n` +
        `    INTERNAL child  +N ms  N ms\n      INTERNAL grandchild  +N ms  N ms\n`,
    );
  });

  it('holds a bounded number of spans whose root does not end', () => {
    const { written, flush } = setUp(2);
    const root = start('root');
    for (const name of ['a', 'b', 'c']) start(name, root.inside).span.end();
    flush();
    expect(written.join('').match(/INTERNAL [abc]/g)).toHaveLength(3);
    expect(written[0]).toContain('(without its root)');
  });

  it('prints at the end what outlived its root', async () => {
    const { written, exporter, flush } = setUp();
    const root = start('root');
    const late = start('late', root.inside);
    root.span.end();
    flush();
    late.span.end();
    flush();
    expect(written.join('')).not.toContain('late');
    await exporter.shutdown();
    expect(written.join('')).toContain('INTERNAL late');
  });
});
