import 'reflect-metadata';
import { Controller, Get, Inject, Module, type OnApplicationBootstrap, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientKafka, type ClientProxy, ClientsModule, type ClientProviderOptions } from '@nestjs/microservices';
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
    const send = (of: number) => this.client.send<{ sum: number; seen: object }>('add', { number: of });
    return withBaggage({ 'user.id': `user-${value}` }, () =>
      firstValueFrom(
        send(Number(value)).pipe(
          map((reply) => ({ ...reply, before: getCurrentTraceId() })),
          delay(1),
          mergeMap((first) => send(first.sum).pipe(map((second) => ({ first, second, after: getCurrentTraceId() })))),
        ),
      ),
    );
  }

  @Get('stream')
  stream(): Promise<unknown> {
    return lastValueFrom(this.client.send('count', { number: 3 }).pipe(toArray()));
  }

  @Get('first')
  first(): Promise<unknown> {
    return firstValueFrom(this.client.send('count', { number: 3 }));
  }

  @Get('error')
  error(@Query('pattern') pattern: string): Promise<unknown> {
    return lastValueFrom(
      this.client
        .send(pattern, { number: 1 })
        .pipe(catchError((error: unknown) => of({ error, seen: getCurrentTraceId() }))),
    );
  }

  @Get('timeout')
  timeout(@Query('pattern') pattern: string): Promise<unknown> {
    return lastValueFrom(
      this.client.send(pattern, { number: 1 }).pipe(
        timeout(150),
        catchError((error: Error) => of({ error: error.name, seen: getCurrentTraceId() })),
      ),
    );
  }

  @Get('event')
  event(@Query('pattern') pattern: string): Promise<unknown> {
    return lastValueFrom(
      this.client.emit(pattern, { number: 1 }).pipe(
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
      { ...(JSON.parse(process.env.TEST_CLIENT ?? '{}') as ClientProviderOptions), name: 'CLIENT' },
    ]),
  ],
  controllers: [CallerController],
})
class CallerModule {}

const app = await NestFactory.create<NestFastifyApplication>(CallerModule, new FastifyAdapter(), { logger: ['fatal'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.send?.(await app.getUrl());
