import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, MessagePattern, Transport } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TelemetryModule, getCurrentTraceId, withSpan } from '@cruddur/telemetry';
import { grpcOptions } from './grpc-options.js';

/** One application that is reached over HTTP, TCP and gRPC. */
@Controller()
class HybridController {
  @GrpcMethod('Greeter', 'Greet')
  greetOverGrpc() {
    return this.greet();
  }

  @Get('greet')
  @MessagePattern({ cmd: 'greet' }, Transport.TCP)
  greet(): Promise<{ traceId: string | undefined }> {
    return withSpan('compose greeting', () => Promise.resolve({ traceId: getCurrentTraceId() }));
  }
}

// The library last: that servers are found does not depend on the order of imports.
@Module({ controllers: [HybridController], imports: [TelemetryModule] })
class HybridModule {}

const app = await NestFactory.create<NestFastifyApplication>(HybridModule, new FastifyAdapter(), { logger: ['fatal'] });
const port = Number(process.env.TEST_TCP_PORT);
app.connectMicroservice({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
app.connectMicroservice(grpcOptions());
app.enableShutdownHooks();
await app.startAllMicroservices();
await app.listen(0, '127.0.0.1');
process.send?.(await app.getUrl());
