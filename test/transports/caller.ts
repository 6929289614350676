import 'reflect-metadata';
import { Controller, Get, Inject, Module, type OnApplicationBootstrap, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientKafka, type ClientProxy, ClientsModule, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TelemetryModule, getCurrentTraceId, withBaggage } from '@cruddur/telemetry';
import {
  catchError,
  delay,
  endWith,
  firstValueFrom,
  ignoreElements,
  lastValueFrom,
  map,
  mergeMap,
  of,
  timeout,
  toArray,
} from 'rxjs';

const REQUESTS = ['add', 'count', 'fail', 'refuse', 'dawdle', 'nobody'];

/** One route per kind of message: what it answers is what the operators behind `send()` saw. */
@Controller()
class CallerController implements OnApplicationBootstrap {
  constructor(@Inject('CLIENT') private readonly client: ClientProxy) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!(this.client instanceof ClientKafka)) return;
    for (const pattern of REQUESTS) this.client.subscribeToResponseOf(pattern);
    await this.client.connect();
  }

  @Get('request')
  request(@Query('value') value: string): Promise<unknown> {
    const send = (of: number) => this.client.send<{ value: number; seen: object }>('add', { value: of });
    return withBaggage({ 'user.id': `user-${value}` }, () =>
      firstValueFrom(
        send(Number(value)).pipe(
          map((reply) => ({ ...reply, before: getCurrentTraceId() })),
          delay(1),
          mergeMap((first) => send(first.value).pipe(map((second) => ({ first, second, after: getCurrentTraceId() })))),
        ),
      ),
    );
  }

  @Get('stream')
  stream(): Promise<number[]> {
    return lastValueFrom(this.client.send<number>('count', { value: 3 }).pipe(toArray()));
  }

  @Get('first')
  first(): Promise<number> {
    return firstValueFrom(this.client.send<number>('count', { value: 3 }));
  }

  @Get('error')
  error(@Query('pattern') pattern: string): Promise<unknown> {
    return lastValueFrom(
      this.client
        .send(pattern, { value: 1 })
        .pipe(catchError((error: unknown) => of({ error, seen: getCurrentTraceId() }))),
    );
  }

  @Get('timeout')
  timeout(@Query('pattern') pattern: string): Promise<unknown> {
    return lastValueFrom(
      this.client.send(pattern, { value: 1 }).pipe(
        timeout(150),
        catchError((error: Error) => of({ error: error.name, seen: getCurrentTraceId() })),
      ),
    );
  }

  @Get('event')
  event(@Query('pattern') pattern: string): Promise<unknown> {
    return lastValueFrom(
      this.client.emit(pattern, { value: 1 }).pipe(
        ignoreElements(),
        endWith(null),
        map(() => ({ seen: getCurrentTraceId() })),
      ),
    );
  }
}

@Module({
  imports: [
    TelemetryModule,
    ClientsModule.register([
      { name: 'CLIENT', ...(JSON.parse(process.env.TEST_CLIENT ?? '{}') as MicroserviceOptions) },
    ]),
  ],
  controllers: [CallerController],
})
class CallerModule {}

const app = await NestFactory.create<NestFastifyApplication>(CallerModule, new FastifyAdapter(), { logger: ['fatal'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.send?.(await app.getUrl());
