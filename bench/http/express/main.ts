import 'reflect-metadata';
import { Controller, Get, Module, RequestMethod } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import axios from 'axios';
import { Logger, LoggerModule } from 'nestjs-pino';
import { OpenTelemetryModule } from 'nestjs-otel';

// The gateway as tutorials build it: Express, axios, nestjs-pino with its defaults. It does less than ours: it checks
// neither the question nor the answer, and has no timeout, retry or circuit breaker.

const { GATEWAY_PORT, HOME_ACTIVITIES_URL, BENCH_NESTJS_OTEL } = process.env;

@Controller()
class GatewayController {
  @Get('api/activities/home')
  async home(): Promise<unknown> {
    const { data } = await axios.get<{ activities: unknown }>(`${HOME_ACTIVITIES_URL}/activities/home`);
    return data.activities;
  }

  @Get('health/live')
  live() {
    return { status: 'ok' };
  }
}

@Module({
  imports: [
    LoggerModule.forRoot({ forRoutes: [{ path: '/{*splat}', method: RequestMethod.ALL }] }),
    ...(BENCH_NESTJS_OTEL ? [OpenTelemetryModule.forRoot({ metrics: { hostMetrics: false } })] : []),
  ],
  controllers: [GatewayController],
})
class GatewayModule {}

const app = await NestFactory.create(GatewayModule, new ExpressAdapter(), { bufferLogs: true });
app.useLogger(app.get(Logger));
app.enableShutdownHooks();
await app.listen(Number(GATEWAY_PORT), '127.0.0.1');
