import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, type ReceivedSpan, dedent, outline, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { TestApp } from './test-app.js';

export interface RunningTransport {
  /** Options of `NestFactory.createMicroservice` and `ClientsModule.register`. */
  server: object;
  client: object;
  stop(): Promise<void>;
}

export interface TransportUnderTest {
  name: string;
  start(): Promise<RunningTransport>;
  /** Attributes that every span of a request, and every span of an event, has on this transport. */
  requestAttributes: Record<string, unknown>;
  eventAttributes: Record<string, unknown>;
  /** True where the packet names the handler, so that a message without one reaches the server. */
  routesByPacket: boolean;
  /** True where an event whose handler failed is delivered again. */
  redelivers?: boolean;
}

interface Seen {
  user: string;
  seen: Record<string, string>;
}
interface RequestAnswer {
  first: Seen & { before: string };
  second: Seen;
  after: string;
}

const CONCURRENT_REQUESTS = 200;
const REQUEST_TREE = `
  caller: SERVER GET /request
    caller: CLIENT add
      handler: SERVER add
        handler: INTERNAL compute sum
    caller: CLIENT add
      handler: SERVER add
        handler: INTERNAL compute sum`;

/** The traces of two applications that talk over one transport, as an OTLP backend receives them. */
export function describeTransport(transport: TransportUnderTest): void {
  describe(`Messages over ${transport.name}`, () => {
    let receiver: OtlpReceiver;
    let running: RunningTransport | undefined;
    let handler: TestApp | undefined;
    let caller: TestApp | undefined;

    beforeAll(async () => {
      receiver = await startOtlpReceiver();
      running = await transport.start();
      const env = { TEST_SERVER: JSON.stringify(running.server), TEST_CLIENT: JSON.stringify(running.client) };
      handler = await TestApp.start('handler', './handler.ts', receiver.url, env);
      caller = await TestApp.start('caller', './caller.ts', receiver.url, env);
    }, 180_000);

    afterAll(async () => {
      await caller?.stop();
      await handler?.stop();
      await running?.stop();
      await receiver.close();
    }, 30_000);

    async function get<T>(path: string): Promise<{ traceId: string; body: T }> {
      const response = await fetch(caller!.url + path);
      const traceId = response.headers.get('traceresponse')?.split('-')[1] ?? '';
      const body = (await response.json()) as T;
      expect({ status: response.status, body }).toMatchObject({ status: 200 });
      return { traceId, body };
    }

    function expectSeenIn({ first, second, after }: RequestAnswer, traceId: string, user: string): void {
      const parts = { guard: traceId, pipe: traceId, interceptor: traceId, handler: traceId };
      const seen = { ...parts, operator: traceId, reply: traceId };
      expect({ first: first.seen, second: second.seen }).toEqual({ first: seen, second: seen });
      expect({ before: first.before, after }).toEqual({ before: traceId, after: traceId });
      expect([first.user, second.user]).toEqual([user, user]);
    }

    const named = (spans: ReceivedSpan[], kind: ReceivedSpan['kind']) => spans.filter((span) => span.kind === kind);

    it('puts a request under its caller, and gives every part of the pipeline the trace and the baggage', async () => {
      const { traceId, body } = await get<RequestAnswer>('/request?value=7');
      const spans = await receiver.expectTrace(traceId, REQUEST_TREE);
      expectSeenIn(body, traceId, 'user-7');
      const rpc = spans.filter(({ name }) => name === 'add');
      expect(rpc).toHaveLength(4);
      for (const { attributes } of rpc) {
        expect(attributes).toMatchObject({
          'rpc.system.name': 'nestjs',
          'rpc.method': 'add',
          'user.id': 'user-7',
          ...transport.requestAttributes,
        });
      }
    });

    it('keeps one span for a stream of replies', async () => {
      const { traceId, body } = await get('/stream');
      expect(body).toEqual([{ index: 1 }, { index: 2 }, { index: 3 }]);
      await receiver.expectTrace(traceId, `
        caller: SERVER GET /stream
          caller: CLIENT count
            handler: SERVER count`); // prettier-ignore
    });

    it('ends the span of a caller that leaves after the first reply, without an error', async () => {
      const { traceId, body } = await get('/first');
      expect(body).toEqual({ index: 1 });
      await receiver.expectTrace(traceId, `
        caller: SERVER GET /first
          caller: CLIENT count
            handler: SERVER count`); // prettier-ignore
    });

    it('records the original error where it was thrown, and the reply at the caller', async () => {
      const { traceId, body } = await get<{ seen: string }>('/error?pattern=fail');
      expect(body.seen).toBe(traceId);
      const spans = await receiver.expectTrace(traceId, `
        caller: SERVER GET /error
          caller: CLIENT fail (error)
            handler: SERVER fail (error)`); // prettier-ignore
      const server = spans.find(({ service }) => service === 'handler');
      expect(server).toMatchObject({
        statusMessage: 'what really happened',
        attributes: { 'error.type': 'TypeError' },
        events: [{ attributes: { 'exception.type': 'TypeError', 'exception.message': 'what really happened' } }],
      });
      expect(named(spans, 'CLIENT')[0]).toMatchObject({
        statusMessage: 'Internal server error',
        attributes: { 'error.type': 'error', 'rpc.status_code': 'error' },
      });
    });

    it("runs a filter in the handler's trace, and tells the status that it answered", async () => {
      const { traceId, body } = await get('/error?pattern=refuse');
      expect(body).toMatchObject({ error: { status: 'refused', message: traceId } });
      const spans = await receiver.expectTrace(traceId, `
        caller: SERVER GET /error
          caller: CLIENT refuse (error)
            handler: SERVER refuse (error)`); // prettier-ignore
      expect(named(spans, 'CLIENT')[0]?.attributes).toMatchObject({ 'rpc.status_code': 'refused' });
      expect(spans.find(({ name, service }) => name === 'refuse' && service === 'handler')).toMatchObject({
        attributes: { 'error.type': 'HiddenDetail' },
        events: [{ attributes: { 'exception.message': 'not for the caller' } }],
      });
    });

    it('fails the call of a caller that gave up, not the handler that still worked', async () => {
      const { traceId, body } = await get('/timeout?pattern=dawdle');
      expect(body).toEqual({ error: 'TimeoutError', seen: traceId });
      const spans = await receiver.expectTrace(traceId, `
        caller: SERVER GET /timeout
          caller: CLIENT dawdle (error)
            handler: SERVER dawdle`); // prettier-ignore
      expect(named(spans, 'CLIENT')[0]?.attributes).toMatchObject({ 'error.type': 'cancelled' });
    });

    it('puts the processing of an event under the sending, and links it', async () => {
      const { traceId, body } = await get('/event?pattern=created');
      expect(body).toEqual({ seen: traceId });
      const spans = await receiver.expectTrace(traceId, `
        caller: SERVER GET /event
          caller: PRODUCER send created
            handler: CONSUMER process created
              handler: INTERNAL store activity`); // prettier-ignore
      const [[producer], [consumer]] = [named(spans, 'PRODUCER'), named(spans, 'CONSUMER')];
      expect(consumer?.links).toEqual([{ traceId, spanId: producer?.spanId }]);
      const common = { 'messaging.destination.name': 'created', ...transport.eventAttributes };
      expect(producer?.attributes).toMatchObject({ 'messaging.operation.type': 'send', ...common });
      expect(consumer?.attributes).toMatchObject({ 'messaging.operation.type': 'process', ...common });
    });

    it('reports a message for which there is no handler', async () => {
      const request = await get('/timeout?pattern=nobody');
      const event = await get('/event?pattern=nobody');
      await receiver.expectTrace(request.traceId, `
        caller: SERVER GET /timeout
          caller: CLIENT nobody (error)${transport.routesByPacket ? '\n            handler: SERVER _OTHER (error)' : ''}`); // prettier-ignore
      await receiver.expectTrace(event.traceId, `
        caller: SERVER GET /event
          caller: PRODUCER send nobody${transport.routesByPacket ? '\n            handler: CONSUMER process _OTHER (error)' : ''}`); // prettier-ignore
    });

    it(`keeps ${CONCURRENT_REQUESTS} concurrent requests apart, on both sides`, async () => {
      const requests = Array.from({ length: CONCURRENT_REQUESTS }, (_, value) =>
        get<RequestAnswer>(`/request?value=${value}`),
      );
      const answers = await Promise.all(requests);
      for (const [value, { traceId, body }] of answers.entries()) expectSeenIn(body, traceId, `user-${value}`);
      const tree = dedent(REQUEST_TREE);
      await receiver.waitFor(
        'all traces',
        () => answers.every(({ traceId }) => receiver.trace(traceId).length >= tree.split('\n').length),
        30_000,
      );
      for (const { traceId } of answers) expect(outline(receiver.trace(traceId))).toBe(tree);
    }, 60_000);

    it('records the error of an event handler, on every delivery', async () => {
      const { traceId } = await get('/event?pattern=spoilt');
      const deliveries = () => named(receiver.trace(traceId), 'CONSUMER');
      await receiver.waitFor('the failed delivery', () => deliveries().length > 0);
      for (const delivery of deliveries()) {
        expect(delivery).toMatchObject({ name: 'process spoilt', error: true, statusMessage: 'cannot be stored' });
      }
      if (transport.redelivers) return;
      await receiver.expectTrace(traceId, `
        caller: SERVER GET /event
          caller: PRODUCER send spoilt
            handler: CONSUMER process spoilt (error)`); // prettier-ignore
    });
  });
}
