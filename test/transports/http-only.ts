import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TelemetryModule, getCurrentTraceId } from '@cruddur/telemetry';

@Controller()
class HttpController {
  @Get('trace')
  trace() {
    return { traceId: getCurrentTraceId() };
  }
}

@Module({ imports: [TelemetryModule], controllers: [HttpController] })
class HttpModule {}

const app = await NestFactory.create<NestFastifyApplication>(HttpModule, new FastifyAdapter(), { logger: ['fatal'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.send?.(await app.getUrl());
