import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CruddurSystem } from '../support/cruddur-system.js';

let system: CruddurSystem;
beforeAll(async () => {
  system = await CruddurSystem.start();
}, 60_000);
afterEach(async () => {
  // Whatever a stranger sent: everybody is still there.
  expect((await system.call('/api/activities/home')).status).toBe(200);
});
afterAll(() => system.stop());

const CLAIMED_TRACE = '1'.repeat(32);
const TRACEPARENT = `00-${CLAIMED_TRACE}-${'2'.repeat(16)}-01`;

async function raw(request: string | Buffer): Promise<string> {
  const socket = connect(Number(new URL(system.url('gateway')).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(request);
  return text(socket);
}

describe("a stranger's trace context", () => {
  it('is linked, not continued, and his baggage stays outside', async () => {
    const headers = { traceparent: TRACEPARENT, baggage: 'user.id=mallory,plan=gold', tracestate: 'vendor=x' };
    const { traceId } = await system.call('/api/activities/home', { headers });
    await system.receiver.waitFor('the trace', () => system.receiver.trace(traceId).length === 7);
    const spans = system.receiver.trace(traceId);
    const root = spans.find(({ parentSpanId }) => parentSpanId === undefined);
    expect(traceId).not.toBe(CLAIMED_TRACE);
    expect(root?.links).toEqual([{ traceId: CLAIMED_TRACE, spanId: '2'.repeat(16) }]);
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toMatch(/mallory|gold/);
    expect(system.receiver.trace(CLAIMED_TRACE)).toEqual([]);
  });

  it.each([
    ['a traceparent that is no traceparent', { traceparent: '00-xyz' }],
    ['a traceparent of zeros', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }],
    ['a tracestate of 10 kB', { traceparent: TRACEPARENT, tracestate: `a=${'b'.repeat(10_000)}` }],
    ['9 kB of baggage', { baggage: `a=${'b'.repeat(9_000)}` }],
    ['baggage that is no baggage', { baggage: ';;;=%zz,,==' }],
  ])('does no harm: %s', async (_what, headers: Record<string, string>) => {
    const { status, traceId } = await system.call('/api/activities/home', { headers });
    expect(status).toBe(200);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is refused when the headers are larger than 16 kB', async () => {
    const answer = await raw(
      `GET /api/activities/home HTTP/1.1\r\nhost: x\r\ntracestate: ${'a'.repeat(10_000)}\r\nbaggage: ${'b'.repeat(9_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(answer).toContain('application/problem+json');
  });
});

describe('a hostile body', () => {
  const json = { 'content-type': 'application/json' };

  it.each<[string, number, string, RequestInit]>([
    ['10 MB', 413, 'body_too_large', { headers: json, body: `{"message":"${'x'.repeat(10_000_000)}"}` }],
    ['bad UTF-8', 400, 'body_malformed', { headers: json, body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }],
    ['no JSON', 400, 'body_malformed', { headers: json, body: '{"message":' }],
    ['10,000 levels', 422, 'body_invalid', { headers: json, body: '['.repeat(10_000) + ']'.repeat(10_000) }],
    [
      'an unknown type',
      415,
      'media_type_unsupported',
      { headers: { 'content-type': 'application/x-what' }, body: 'x' },
    ],
    ['a poisoned prototype', 400, 'body_malformed', { headers: json, body: '{"__proto__":{"x":1}}' }],
  ])('of %s gets its status, code and trace id', async (_what, status, code, request) => {
    const answer = await system.call('/api/activities', { method: 'POST', ...request });
    expect([answer.status, answer.body.errors]).toEqual([status, [code]]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body.trace_id).toBe(answer.traceId);
    expect(JSON.stringify(answer.body)).not.toMatch(/\n\s+at /);
    await system.receiver.expectTrace(answer.traceId, 'gateway: SERVER POST /api/activities', { quietMs: 100 });
  });
});

describe('what is no HTTP', () => {
  it.each([
    ['garbage', Buffer.from('\x00\x01\x02\r\n\r\n')],
    ['a bad header', 'GET / HTTP/1.1\r\nno colon here\r\n\r\n'],
    ['a bad content length', 'POST /api/activities HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
  ])('is answered 400: %s', async (_what, request) => {
    expect(await raw(request)).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe('behind a proxy of our own', () => {
  it("the gateway continues the proxy's trace when TELEMETRY_TRUST_INBOUND says so", async () => {
    await system.process('gateway').kill();
    await system.startService('gateway', { TELEMETRY_TRUST_INBOUND: 'true' });
    const { traceId } = await system.call('/api/activities/home', { headers: { traceparent: TRACEPARENT } });
    expect(traceId).toBe(CLAIMED_TRACE);
  });
});
