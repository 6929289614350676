import 'reflect-metadata';
import { EventEmitter } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type INestMicroservice,
  Module,
  type NestInterceptor,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BaseRpcContext,
  ClientProxy,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
  Server,
} from '@nestjs/microservices';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import { Subject, firstValueFrom, lastValueFrom, map, merge, of, toArray } from 'rxjs';
import { withBaggage } from '../baggage/with-baggage.js';
import { withSpan } from '../spans/with-span.js';
import { type InMemoryTracing, startInMemoryTracing } from '../testing/index.js';
import { microservicesInstrumentation, registerTransport } from './index.js';

type Wire = { id?: string; pattern: string; data: unknown; labels?: Record<string, string> };

/** A transport of an application's own, with a place of its own for the trace context: labels. */
class BusContext extends BaseRpcContext<[Wire]> {
  get labels() {
    return this.args[0].labels;
  }
}

class BusServer extends Server {
  override transportId = Symbol('bus');
  private listening = false;

  constructor(private readonly bus: EventEmitter) {
    super();
    this.initializeSerializer({});
    this.initializeDeserializer({});
  }

  listen(callback: () => void): void {
    this.listening = true;
    this.bus.on('message', (wire: Wire) => {
      // In the context of whoever sends: as arbitrary as that of a socket.
      if (this.listening) void this.handle(wire).catch(() => {});
    });
    callback();
  }

  private async handle(wire: Wire): Promise<unknown> {
    const rpcContext = new BusContext([wire]);
    const { pattern, data, id } = wire;
    if (id === undefined) return this.handleEvent(pattern, { pattern, data }, rpcContext);
    const respond = (packet: object) => void this.bus.emit(id, packet);
    const handler = this.getHandlerByPattern(pattern);
    if (!handler) return respond({ err: 'nobody', isDisposed: true });
    const produce = async () => this.transformToObservable(await handler(data, rpcContext));
    return this.handleRequest(rpcContext, produce, respond);
  }

  close(): void {
    this.listening = false;
  }

  on(): void {}

  unwrap<T>(): T {
    return this.bus as T;
  }
}

class BusClient extends ClientProxy {
  constructor(private readonly bus: EventEmitter) {
    super();
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}

  unwrap<T>(): T {
    return this.bus as T;
  }

  protected publish(packet: Wire, callback: (packet: object) => void): () => void {
    const { id } = this.assignPacketId(packet);
    this.bus.on(id, callback);
    this.bus.emit('message', packet);
    return () => this.bus.off(id, callback);
  }

  protected dispatchEvent<T>(packet: Wire): Promise<T> {
    this.bus.emit('message', packet);
    return Promise.resolve(undefined as T);
  }
}

const traceId = () => trace.getActiveSpan()?.spanContext().traceId;
const shared = new Subject<string>();
const failing = new Subject<string>();

class Closed implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Catch()
class Excusing implements ExceptionFilter {
  catch() {
    return of(`excused in ${traceId()}`);
  }
}

const seeing: NestInterceptor = {
  intercept: (_context, next) => next.handle().pipe(map((value: unknown) => [value, traceId()])),
};

@Controller()
class BusController {
  @MessagePattern('shared')
  @UseInterceptors(seeing)
  share() {
    return merge(of('ready'), shared);
  }

  @MessagePattern('guarded')
  @UseGuards(Closed)
  guarded() {
    return 1;
  }

  @MessagePattern('excused')
  @UseFilters(Excusing)
  excused() {
    throw new Error('at first');
  }

  @MessagePattern('baggage')
  baggage() {
    return propagation.getBaggage(context.active())?.getEntry('user.id')?.value;
  }

  @MessagePattern('torn')
  @UseFilters(Excusing)
  tear() {
    return merge(of('ready'), failing);
  }

  @MessagePattern('missing')
  missing() {
    throw new RpcException({ status: 404, message: 'no such activity' });
  }

  @MessagePattern('broken')
  broken() {
    return withSpan('load', () => Promise.reject(new TypeError('torn')));
  }

  @EventPattern('created')
  @UseInterceptors(seeing)
  created(@Payload() _data: unknown) {
    return withSpan('store', () => of(1));
  }

  @EventPattern('created')
  alsoCreated(@Payload() _data: unknown) {
    return withSpan('count', () => of(1));
  }
}

@Module({ controllers: [BusController], providers: [microservicesInstrumentation] })
class BusModule {}

let tracing: InMemoryTracing;
let app: INestMicroservice;
let client: BusClient;
const calls: string[] = [];

beforeAll(async () => {
  tracing = startInMemoryTracing();
  registerTransport({
    system: 'bus',
    client: BusClient,
    server: BusServer,
    carrier: {
      attach: (packet, fields) => Object.assign({ ...packet }, { labels: fields }),
      extract: (rpcContext) => (rpcContext as BusContext).labels,
    },
    describe: () => ({ 'server.address': 'in-memory' }),
    describeMessage: () => ({ 'messaging.message.id': 'm1' }),
  });
  const bus = new EventEmitter();
  const server = new BusServer(bus);
  // Nest's types say void, but it awaits what the hook returns.
  const hook = (_id: unknown, _context: unknown, done: () => Promise<unknown>) => {
    calls.push(`start before ${traceId() !== undefined}`);
    return done();
  };
  server.setOnProcessingStartHook(hook as Parameters<BusServer['setOnProcessingStartHook']>[0]);
  app = await NestFactory.createMicroservice(BusModule, { strategy: server, logger: false });
  server.setOnProcessingEndHook(() => void calls.push('end after'));
  await app.listen();
  client = new BusClient(bus);
});
afterEach(() => {
  tracing.reset();
  calls.splice(0);
});
afterAll(async () => {
  await app.close();
  await tracing.shutdown();
});

const spanNamed = (name: string, kind: SpanKind) =>
  tracing.spans().find((span) => span.name === name && span.kind === kind);
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('A server of a custom strategy, with a carrier of its own', () => {
  it('makes an event a child of what sent it, and links it', async () => {
    client.emit('created', { a: 1 });
    await tick();
    const producer = spanNamed('send created', SpanKind.PRODUCER)!;
    const consumer = spanNamed('process created', SpanKind.CONSUMER)!;
    expect(consumer.parentSpanContext?.spanId).toBe(producer.spanContext().spanId);
    expect(consumer.links).toMatchObject([{ context: { spanId: producer.spanContext().spanId } }]);
    expect(consumer.attributes).toEqual({
      'messaging.system.name': 'bus',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'created',
      'messaging.message.id': 'm1',
      'server.address': 'in-memory',
    });
  });

  it('runs every handler of an event inside its one span', async () => {
    client.emit('created', {});
    await tick();
    const consumer = spanNamed('process created', SpanKind.CONSUMER)!;
    for (const name of ['store', 'count']) {
      expect(spanNamed(name, SpanKind.INTERNAL)?.parentSpanContext?.spanId).toBe(consumer.spanContext().spanId);
    }
    expect(tracing.spans().at(-1)).toBe(consumer);
  });

  it('takes for an event what was emitted, also where the handler is one for requests', async () => {
    client.emit('broken', {});
    await tick();
    expect(spanNamed('process broken', SpanKind.CONSUMER)?.status.code).toBe(SpanStatusCode.ERROR);
    expect(spanNamed('broken', SpanKind.SERVER)).toBeUndefined();
  });

  it("records an exception once, with its own stack, and not on the spans inside the message's", async () => {
    await expect(lastValueFrom(client.send('broken', {}))).rejects.toMatchObject({ status: 'error' });
    const server = spanNamed('broken', SpanKind.SERVER)!;
    expect(server.status).toEqual({ code: SpanStatusCode.ERROR, message: 'torn' });
    expect(server.events[0]?.attributes?.['exception.stacktrace']).toContain('server.instrumentation.spec');
    expect(spanNamed('load', SpanKind.INTERNAL)).toMatchObject({ events: [], status: { code: SpanStatusCode.ERROR } });
  });

  it("records a guard's refusal", async () => {
    await expect(lastValueFrom(client.send('guarded', {}))).rejects.toMatchObject({ message: 'Forbidden resource' });
    expect(spanNamed('guarded', SpanKind.SERVER)).toMatchObject({
      attributes: { 'error.type': 'RpcException' },
      status: { code: SpanStatusCode.ERROR, message: 'Forbidden resource' },
    });
  });

  it('does not call a request failed whose filter made an ordinary reply, but shows the exception', async () => {
    const reply = await lastValueFrom(client.send<string>('excused', {}));
    const server = spanNamed('excused', SpanKind.SERVER)!;
    expect(reply).toBe(`excused in ${server.spanContext().traceId}`);
    expect(server.status.code).toBe(SpanStatusCode.UNSET);
    expect(server.events).toMatchObject([{ attributes: { 'exception.message': 'at first' } }]);
  });

  it("takes a 4xx for an answer: the caller's failure, not the server's", async () => {
    await expect(lastValueFrom(client.send('missing', {}))).rejects.toMatchObject({ status: 404 });
    expect(spanNamed('missing', SpanKind.SERVER)?.status.code).toBe(SpanStatusCode.UNSET);
    expect(spanNamed('missing', SpanKind.CLIENT)).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'rpc.status_code': '404' },
    });
  });

  it("keeps interceptors' operators in the message's trace when somebody else feeds the stream", async () => {
    await withSpan('caller', async (caller) => {
      const replies: unknown[] = [];
      const subscription = client.send<unknown>('shared', {}).subscribe((reply) => replies.push(reply));
      await tick();
      withSpan('somebody else', () => context.with(ROOT_CONTEXT, () => shared.next('fed')));
      await tick();
      subscription.unsubscribe();
      const { traceId: own } = caller.spanContext();
      expect(replies).toEqual([
        ['ready', own],
        ['fed', own],
      ]);
    });
  });

  it("runs filters in the message's trace when somebody else fails the stream", async () => {
    await withSpan('caller', async (caller) => {
      const replies = lastValueFrom(client.send<string>('torn', {}).pipe(toArray()));
      await tick();
      context.with(ROOT_CONTEXT, () => failing.error(new Error('torn')));
      expect(await replies).toEqual(['ready', `excused in ${caller.spanContext().traceId}`]);
    });
  });

  it('runs the hooks of others inside its span, set before or after it', async () => {
    await firstValueFrom(client.send('missing', {})).catch(() => {});
    expect(calls).toEqual(['start before true', 'end after']);
  });

  it('starts a new trace where nothing was carried', async () => {
    const { bus } = client as unknown as { bus: EventEmitter };
    withSpan('somebody else', () => bus.emit('message', { pattern: 'created', data: {} }));
    await tick();
    expect(spanNamed('process created', SpanKind.CONSUMER)).toMatchObject({ parentSpanContext: undefined, links: [] });
  });

  it('adopts no baggage of the context in which a message happens to arrive', async () => {
    const { bus } = client as unknown as { bus: EventEmitter };
    const reply = new Promise((resolve) => void bus.once('id-1', resolve));
    const labels = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    withBaggage({ 'user.id': 'eve' }, () => bus.emit('message', { pattern: 'baggage', data: {}, id: 'id-1', labels }));
    expect(await reply).toMatchObject({ response: undefined });
  });

  it('gives the baggage to the handler', async () => {
    const reply = withBaggage({ 'user.id': 'ada' }, () => lastValueFrom(client.send('baggage', {})));
    expect(await reply).toBe('ada');
  });
});
