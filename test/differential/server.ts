import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, HttpException, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { propagation, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Agent, request as call } from 'undici';
import { TelemetryModule } from '@cruddur/telemetry';
import { makeCertificate } from './certificate.js';
import { openSpans, stopTracing } from './preload.js';

// The server of the differential test: answers in every way that a server can.

@Controller()
class NestController {
  @Get('breaks')
  breaks() {
    throw new TypeError('it broke');
  }

  @Get('refuses')
  refuses() {
    throw new HttpException('no tea', 418);
  }
}

@Module({ imports: [TelemetryModule], controllers: [NestController] })
class ServerModule {}

const tracer = trace.getTracer('program');
const params = (request: FastifyRequest) => request.params as Record<string, string>;
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

async function listen(options: object = {}) {
  const adapter = new FastifyAdapter({ ...options, routerOptions: { maxParamLength: 50 } });
  addRoutes(adapter.getInstance());
  const app = await NestFactory.create<NestFastifyApplication>(ServerModule, adapter, { logger: false });
  await app.listen(0, '127.0.0.1');
  return adapter.getInstance();
}

function addRoutes(fastify: FastifyInstance): void {
  fastify.addHttpMethod('PROPFIND');
  fastify.all('/status/:code', (request, reply) => {
    const code = Number(params(request).code);
    return reply.code(code).send(code === 204 || code === 304 ? undefined : 'answer');
  });
  /** What the handler sees of the context, after a body has been read too. */
  fastify.all('/context', (request) => {
    tracer.startSpan('work').end();
    const baggage = propagation.getActiveBaggage()?.getAllEntries() ?? [];
    return { baggage: baggage.map(([key, { value }]) => `${key}=${value}`), body: request.body };
  });
  fastify.get('/slow/:ms', async (request) => {
    await tracer.startActiveSpan('wait', (span) => sleep(Number(params(request).ms)).then(() => span.end()));
    return 'answer';
  });
  fastify.get('/calls', async () => {
    await sleep(5);
    const { body } = await call(`http://127.0.0.1:${ports.http}/status/200`, {
      dispatcher: new Agent(),
      headers: { 'user-agent': 'program' },
    });
    return body.text();
  });
  fastify.get('/hangs', () => new Promise(() => {}));
  fastify.get('/streams', (_request, reply) => {
    const body = new Readable({ read() {} });
    body.push('begun');
    return reply.send(body);
  });
  fastify.get('/streams-and-breaks', (_request, reply) => {
    const body = new Readable({ read() {} });
    body.push('begun');
    setTimeout(() => body.destroy(new Error('no more')), 30);
    return reply.send(body);
  });
  fastify.get('/much', () => 'much'.repeat(2_500_000));
  fastify.get('/destroys', async (request) => {
    await sleep(10);
    request.raw.socket.destroy();
  });
  fastify.get('/hints', (_request, reply) => {
    reply.raw.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
    return 'answer';
  });
  fastify.get('/health/live', () => 'ok');
  fastify.server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: other\r\nconnection: upgrade\r\n\r\n');
  });
  fastify.server.on('request', ({ headers }) => process.send!({ taken: headers.traceparent }));
}

const https = makeCertificate();
const http = await listen();
const onIpv6 = createServer((request, response) => http.routing(request, response)).listen(0, '::1');
await new Promise((listening) => onIpv6.once('listening', listening));
const ports = {
  http: portOf(http.server),
  ipv6: portOf(onIpv6),
  https: portOf((await listen({ https })).server),
  h2c: portOf((await listen({ http2: true })).server),
  h2: portOf((await listen({ http2: true, https: { ...https, allowHTTP1: true } })).server),
};
process.send!({ ports });

process.on('message', ({ id }: { id: string }) => {
  if (id === 'stop') void stopTracing().then(() => process.send!({ id, open: [...openSpans.values()] }));
});
