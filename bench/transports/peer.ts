import 'reflect-metadata';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, EventPattern, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { TelemetryModule } from '@cruddur/telemetry';
import { lastValueFrom } from 'rxjs';

// Client and server in one process, over a real socket: its CPU time is the whole cost of a message.

const MESSAGES = 12_000;
const WARM_UP = 6_000;
const CONCURRENCY = 50;

let handled = 0;

@Controller()
class BenchController {
  @MessagePattern('add')
  add(@Payload() { number }: { number: number }): number {
    handled++;
    return number + 1;
  }

  @EventPattern('added')
  added(@Payload() _event: unknown): void {
    handled++;
  }
}

const isTraced = process.env.BENCH_TRACED === 'true';

@Module({ imports: isTraced ? [TelemetryModule] : [], controllers: [BenchController] })
class BenchModule {}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const options = { host: '127.0.0.1', port: await freePort() };
const app = await NestFactory.createMicroservice(BenchModule, { transport: Transport.TCP, options, logger: false });
await app.listen();
const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
await client.connect();

const operations = {
  request: () => lastValueFrom(client.send('add', { number: 1 })),
  event: () => lastValueFrom(client.emit('added', { number: 1 }), { defaultValue: undefined }),
};

async function repeat(count: number, operation: () => Promise<unknown>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) await operation();
    }),
  );
}

/** Waits until every span has left this process: what exporting them costs belongs to the messages. */
async function drain(): Promise<void> {
  process.send?.('drain');
  await once(process, 'message');
}

/** An event has left long before it is handled. */
async function all(messages: number): Promise<void> {
  while (handled < messages) await setTimeout(10);
  await drain();
}

/** CPU time of this process per message, in microseconds. */
async function measure(operation: () => Promise<unknown>): Promise<number> {
  handled = 0;
  await repeat(WARM_UP, operation);
  await all(WARM_UP);
  const before = process.cpuUsage();
  await repeat(MESSAGES, operation);
  await all(WARM_UP + MESSAGES);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / MESSAGES;
}

const request = await measure(operations.request);
const event = await measure(operations.event);
// A message makes two spans, one on either side.
process.send?.({ request, event, spans: 4 * (WARM_UP + MESSAGES) });
client.close();
await app.close();
process.disconnect();
