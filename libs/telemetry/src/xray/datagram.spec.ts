import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Attributes, SpanKind, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { type InMemoryTracing, startInMemoryTracing } from '../testing/in-memory-tracing.js';
import { toDatagram } from './datagram.js';

let tracing: InMemoryTracing;
beforeAll(() => {
  tracing = startInMemoryTracing();
});
beforeEach(() => tracing.reset());
afterAll(() => tracing.shutdown());

function send(attributes: Attributes, kind = SpanKind.CLIENT, events: string[] = []) {
  const tracer = trace.getTracer('test');
  const parent = trace.setSpan(ROOT_CONTEXT, tracer.startSpan('parent'));
  const span = tracer.startSpan('SELECT activities', { kind, attributes }, parent);
  for (const message of events) span.recordException(new TypeError(message));
  span.end();
  const datagram = toDatagram(tracing.spans().at(-1)!);
  const [header, document] = datagram.toString().split('\n') as [string, string];
  return { header, size: datagram.length, document: JSON.parse(document) as Record<string, any> };
}

describe('a segment document', () => {
  it('has an sql block with the statement, never its values', () => {
    const { header, document } = send({
      'db.system.name': 'postgresql',
      'db.namespace': 'user_activities',
      'db.query.text': 'SELECT * FROM activities WHERE uuid = $1',
      'server.address': 'db',
      'server.port': 5432,
    });
    expect(header).toBe('{"format":"json","version":1}');
    expect(document).toMatchObject({
      sql: {
        database_type: 'postgresql',
        url: 'postgresql://db:5432/user_activities',
        sanitized_query: 'SELECT * FROM activities WHERE uuid = $1',
      },
      annotations: { span_name: 'SELECT activities' },
    });
  });

  it("has an aws block for calls of AWS's SDK", () => {
    const { document } = send({ 'rpc.system': 'aws-api', 'rpc.method': 'PutItem', 'aws.request_id': 'r-1' });
    expect(document.aws).toMatchObject({ operation: 'PutItem', request_id: 'r-1' });
  });

  it('has a cause with a frame for each call of each exception', () => {
    const { document } = send({}, SpanKind.SERVER, ['one', 'two']);
    expect(document.cause.exceptions).toMatchObject([
      { type: 'TypeError', message: 'one', stack: expect.arrayContaining([{ path: expect.any(String), line: expect.any(Number), label: expect.any(String) }]) }, // prettier-ignore
      { type: 'TypeError', message: 'two' },
    ]);
    const ids = (document.cause.exceptions as { id: string }[]).map(({ id }) => id);
    expect(new Set([...ids, document.id]).size).toBe(3);
  });

  it('keeps its name to the characters and the length that X-Ray takes', () => {
    expect(send({ 'server.address': `<${'é'.repeat(300)}>*` }).document.name).toBe('é'.repeat(200));
  });
});

describe('a document that is too large', () => {
  const long = 'ü'.repeat(50_000);

  it('first has its long attributes cut', () => {
    const { size, document } = send({ note: long, small: 'kept', 'user.id': 'u-1' }, SpanKind.SERVER);
    expect(size).toBeLessThan(64 * 1024);
    expect(document.metadata.default).toMatchObject({ small: 'kept', note: `${'ü'.repeat(500)}...` });
    expect(document.annotations).toMatchObject({ user_id: 'u-1', trimmed: true });
  });

  it('then goes without metadata', () => {
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`a${i}`, 'ü'.repeat(400)]));
    const { size, document } = send({ ...many, 'user.id': 'u-1' }, SpanKind.SERVER);
    expect(size).toBeLessThan(64 * 1024);
    expect(document).not.toHaveProperty('metadata');
    expect(document.annotations).toMatchObject({ user_id: 'u-1', trimmed: true });
  });

  it('at last says only who, when and how it went', () => {
    const { size, document } = send({ 'db.system.name': 'postgresql', 'db.query.text': long, 'error.type': 'x' });
    expect(size).toBeLessThan(64 * 1024);
    expect(document).toMatchObject({ id: expect.any(String), annotations: { trimmed: true } });
  });
});
