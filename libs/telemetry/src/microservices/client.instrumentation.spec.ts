import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ClientProxy } from '@nestjs/microservices';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import { Subject, catchError, firstValueFrom, lastValueFrom, map, of, throwError, timeout } from 'rxjs';
import { type InMemoryTracing, startInMemoryTracing } from '../testing/index.js';
import { withBaggage } from '../baggage/with-baggage.js';
import { withSpan } from '../spans/with-span.js';
import type { Packet } from './carrier.js';
import { instrumentClients } from './client.instrumentation.js';

type Reply = { err?: unknown; response?: unknown; isDisposed?: boolean };
type SentPacket = Packet & { id?: string };

/** A strategy of an application's own: what it sends stays in memory, the test replies. */
class MemoryClient extends ClientProxy {
  readonly packets: SentPacket[] = [];
  readonly connectedIn: unknown[] = [];
  reply: (reply: Reply) => void = () => {};
  failure: unknown;

  connect(): Promise<void> {
    this.connectedIn.push(context.active());
    return lastValueFrom(this.failure === undefined ? of(undefined) : throwError(() => this.failure));
  }

  close(): void {}

  unwrap<T>(): T {
    return undefined as T;
  }

  protected publish(packet: SentPacket, callback: (reply: Reply) => void): () => void {
    this.packets.push(packet);
    this.reply = (reply) => context.with(ROOT_CONTEXT, () => callback(reply));
    return () => {};
  }

  protected dispatchEvent<T>(packet: SentPacket): Promise<T> {
    this.packets.push(packet);
    return Promise.resolve(undefined as T);
  }
}

let tracing: InMemoryTracing;
let client: MemoryClient;
beforeAll(() => {
  tracing = startInMemoryTracing();
  instrumentClients();
  instrumentClients();
});
beforeEach(() => {
  tracing.reset();
  client = new MemoryClient();
});
afterAll(() => tracing.shutdown());

const tick = () => new Promise((resolve) => setImmediate(resolve));
const activeSpanId = () => trace.getActiveSpan()?.spanContext().spanId;

async function replyWith(reply: Reply): Promise<void> {
  await tick();
  client.reply(reply);
}

describe('ClientProxy.send', () => {
  it('is cold: a span per subscription, none before', async () => {
    const reply$ = client.send('add', 1);
    await tick();
    expect([tracing.spans(), client.packets]).toEqual([[], []]);
    for (let times = 1; times <= 2; times++) {
      const reply = lastValueFrom(reply$);
      await replyWith({ response: times, isDisposed: true });
      expect(await reply).toBe(times);
      expect(tracing.spans()).toHaveLength(times);
    }
    expect(tracing.spans()[0]).toMatchObject({
      name: 'add',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      attributes: { 'rpc.system.name': 'nestjs', 'rpc.method': 'add' },
    });
  });

  it('carries its span and the baggage beside the payload, and leaves the payload alone', async () => {
    const data = Object.freeze({ of: Object.freeze([1]) });
    await withBaggage({ 'user.id': 'ada' }, async () => {
      const reply = lastValueFrom(client.send({ cmd: 'add' }, data));
      await replyWith({ response: 2, isDisposed: true });
      await reply;
    });
    const [packet] = client.packets;
    const { spanId, traceId } = tracing.spans()[0]!.spanContext();
    expect(packet).toEqual({
      pattern: { cmd: 'add' },
      data,
      metadata: { traceparent: `00-${traceId}-${spanId}-01`, baggage: 'user.id=ada' },
    });
    expect(packet?.data).toBe(data);
    expect(tracing.spans()[0]?.name).toBe('{"cmd":"add"}');
  });

  it('keeps what a dispatch hook of the application put into the metadata', async () => {
    client.setOnDispatchHook((packet) => {
      packet.metadata = { tenant: 'a' };
    });
    client.send('add', 1).subscribe();
    await tick();
    expect(client.packets[0]?.metadata).toMatchObject({ tenant: 'a', traceparent: expect.any(String) });
  });

  it("runs the operators in the caller's context, though the reply arrives in the socket's", async () => {
    await withSpan('caller', async (caller) => {
      const reply = lastValueFrom(client.send('add', 1).pipe(map(() => activeSpanId())));
      await replyWith({ response: 2, isDisposed: true });
      expect(await reply).toBe(caller.spanContext().spanId);
      const failure = lastValueFrom(client.send('add', 1).pipe(catchError(() => of(activeSpanId()))));
      await replyWith({ err: 'no' });
      expect(await failure).toBe(caller.spanContext().spanId);
    });
  });

  it('connects outside of any request, so that the socket does not keep the first one', async () => {
    await withSpan('caller', async () => {
      client.send('add', 1).subscribe();
      client.emit('added', 1);
      await tick();
    });
    expect(client.connectedIn).toEqual([ROOT_CONTEXT, ROOT_CONTEXT]);
  });

  it.each<[string, unknown, object]>([
    ['an error of the connection', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), { type: 'ECONNREFUSED', message: 'refused' }],
    ['a plain object', { err: 'gone' }, { type: 'RpcException', message: "{ err: 'gone' }" }],
  ])('fails with %s', async (_what, failure, { type, message }: { type?: string; message?: string }) => {
    client.failure = failure;
    await expect(lastValueFrom(client.send('add', 1))).rejects.toBe(failure);
    expect(tracing.spans()[0]).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message },
      attributes: { 'error.type': type },
    });
  }); // prettier-ignore

  it.each<[string, unknown, object]>([
    ['an error that Nest hid', { status: 'error', message: 'Internal server error' }, { 'error.type': 'error', 'rpc.status_code': 'error' }],
    ['a numeric status', { status: 404, message: 'none' }, { 'error.type': '404', 'rpc.status_code': '404' }],
    ['a text', 'not today', { 'error.type': 'RpcException' }],
    ['no handler', 'There is no matching message handler defined in the remote service.', { 'error.type': 'no_message_handler' }],
  ])('notes a reply of %s', async (_what, err, attributes) => {
    const reply = lastValueFrom(client.send('add', 1));
    await replyWith({ err });
    await expect(reply).rejects.toBe(err);
    expect(tracing.spans()[0]).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes });
  }); // prettier-ignore

  it('calls a subscriber that leaves before the first reply cancelled', async () => {
    await expect(lastValueFrom(client.send('add', 1).pipe(timeout(5)))).rejects.toThrow('Timeout');
    expect(tracing.spans()[0]).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'cancelled' },
    });
  });

  it('does not call one that leaves after a reply an error', async () => {
    const first = firstValueFrom(client.send('count', 3));
    await replyWith({ response: 1 });
    expect(await first).toBe(1);
    expect(tracing.spans()).toMatchObject([{ status: { code: SpanStatusCode.UNSET } }]);
  });

  it('makes no span for what Nest refuses to send', async () => {
    await expect(lastValueFrom(client.send('add', undefined))).rejects.toThrow();
    await expect(lastValueFrom(client.emit('', null))).rejects.toThrow();
    expect(tracing.spans()).toEqual([]);
  });
});

describe('ClientProxy.emit', () => {
  it('is hot: the span covers the sending, whether anybody subscribes or not', async () => {
    client.emit('added', 1);
    await tick();
    expect(client.packets[0]?.metadata).toMatchObject({ traceparent: expect.any(String) });
    expect(tracing.spans()).toMatchObject([
      {
        name: 'send added',
        kind: SpanKind.PRODUCER,
        attributes: {
          'messaging.system.name': 'nestjs',
          'messaging.destination.name': 'added',
          'messaging.operation.name': 'send',
          'messaging.operation.type': 'send',
        },
      },
    ]);
  });

  it('sends once, however many subscribe, and tells each of them', async () => {
    const sent = client.emit('added', 1);
    const both = Promise.all([lastValueFrom(sent, { defaultValue: 1 }), lastValueFrom(sent, { defaultValue: 2 })]);
    expect(await both).toEqual([undefined, undefined]);
    expect([client.packets.length, tracing.spans().length]).toEqual([1, 1]);
  });

  it('fails with what the transport rejects, and passes it on', async () => {
    client.failure = { err: 'broker is down' };
    await expect(lastValueFrom(client.emit('added', 1))).rejects.toBe(client.failure);
    expect(tracing.spans()[0]).toMatchObject({ status: { code: SpanStatusCode.ERROR } });
  });

  it("runs the operators in the subscriber's context", async () => {
    const feed = new Subject<void>();
    const slow = new (class extends MemoryClient {
      protected override dispatchEvent<T>(): Promise<T> {
        return firstValueFrom(feed) as Promise<T>;
      }
    })();
    await withSpan('caller', async (caller) => {
      const seen = lastValueFrom(slow.emit('added', 1).pipe(map(() => activeSpanId())));
      await tick();
      context.with(ROOT_CONTEXT, () => feed.next());
      expect(await seen).toBe(caller.spanContext().spanId);
    });
  });
});

describe('Without an SDK', () => {
  it('sends exactly what Nest sends', async () => {
    propagation.disable();
    client.emit('added', 1);
    await tick();
    expect(client.packets).toEqual([{ pattern: 'added', data: 1 }]);
  });
});
