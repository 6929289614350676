import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client, type ClientGrpc, ClientProxyFactory, Transport } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TelemetryModule, getCurrentTraceId } from '@cruddur/telemetry';
import { type Observable, firstValueFrom, map } from 'rxjs';
import { grpcOptions } from './grpc-options.js';

interface Greeter {
  greet(request: { name: string }): Observable<{ traceId: string }>;
}

@Controller()
class CallerController {
  @Client(grpcOptions())
  private readonly grpc!: ClientGrpc;

  private readonly tcp = ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port: Number(process.env.TEST_TCP_PORT) },
  });

  @Get('grpc')
  overGrpc(): Promise<unknown> {
    const greeter = this.grpc.getService<Greeter>('Greeter');
    return firstValueFrom(greeter.greet({ name: 'Ada' }));
  }

  @Get('tcp')
  overTcp(): Promise<unknown> {
    const reply = this.tcp.send<{ traceId: string }>({ cmd: 'greet' }, {});
    return firstValueFrom(reply.pipe(map(({ traceId }) => ({ traceId, operator: getCurrentTraceId() }))));
  }
}

@Module({ imports: [TelemetryModule], controllers: [CallerController] })
class CallerModule {}

const app = await NestFactory.create<NestFastifyApplication>(CallerModule, new FastifyAdapter(), { logger: ['fatal'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.send?.(await app.getUrl());
