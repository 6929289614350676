import 'reflect-metadata';
import { Controller, Get, Module, Query, RequestMethod } from '@nestjs/common';
import { TimelineQuerySchema, homeActivitiesApi } from '@cruddur/contracts';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import axios from 'axios';
import { Logger, LoggerModule } from 'nestjs-pino';
import { OpenTelemetryModule } from 'nestjs-otel';

// The gateway as tutorials build it: Express, axios, nestjs-pino with its defaults. Like ours it checks the question and
// the answer and waits only so long; it has no retry, circuit breaker or bulkhead.

const { GATEWAY_PORT, HOME_ACTIVITIES_URL, BENCH_NESTJS_OTEL } = process.env;

@Controller()
class GatewayController {
  @Get('api/activities/home')
  async home(@Query() query: unknown): Promise<unknown> {
    const params = TimelineQuerySchema.parse(query);
    const { data } = await axios.get<unknown>(`${HOME_ACTIVITIES_URL}/activities/home`, { params, timeout: 5_000 });
    return homeActivitiesApi.loadHomeTimeline.response.parse(data).activities;
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
