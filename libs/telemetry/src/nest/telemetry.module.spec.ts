import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  HttpException,
  Module,
  type NestInterceptor,
  Param,
  Post,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { delay, map, of, switchMap, throwError } from 'rxjs';
import { FastifyInstrumentation } from '../http/fastify.instrumentation.js';
import { withSpan } from '../spans/with-span.js';
import { type InMemoryTracing, startInMemoryTracing } from '../testing/index.js';
import { TelemetryModule } from './telemetry.module.js';

process.env.LOG_LEVEL = 'silent';

class Boom extends Error {}
const boom = () => {
  throw new Boom('the original');
};
const activeId = () => trace.getActiveSpan()?.spanContext().spanId;

@Catch(SyntaxError)
class BrokenFilter implements ExceptionFilter {
  catch(_error: unknown, _host: ArgumentsHost) {
    boom();
  }
}
const Interceptor = (intercept: NestInterceptor['intercept']) => UseInterceptors({ intercept });

@Controller()
class BoomController {
  @Get('handler')
  handler() {
    boom();
  }

  @Get('rejection')
  async rejection() {
    await Promise.resolve();
    boom();
  }

  @Get('observable')
  observable() {
    return of(1).pipe(delay(1), switchMap(() => throwError(() => new Boom('the original')))); // prettier-ignore
  }

  @Get('guard')
  @UseGuards({ canActivate: boom })
  guard() {}

  @Get('pipe/:x')
  pipe(@Param('x', { transform: boom }) x: string) {
    return x;
  }

  @Get('interceptor')
  @Interceptor(boom)
  interceptor() {}

  @Get('filter')
  @UseFilters(BrokenFilter)
  filter() {
    throw new SyntaxError('what the filter was to handle');
  }

  @Get('inside')
  inside() {
    return withSpan('work', boom);
  }

  @Get('status/:status')
  status(@Param('status') status: string) {
    throw new HttpException('as asked', Number(status));
  }

  @Get('context')
  @Interceptor((_context, next) =>
    next.handle().pipe(
      delay(1),
      map((seen: string) => [seen, activeId()].join()),
    ),
  )
  context() {
    return of(activeId()).pipe(delay(1), map((seen) => [seen, activeId()].join())); // prettier-ignore
  }

  @Post('body')
  body() {}
}

@Module({ imports: [TelemetryModule], controllers: [BoomController] })
class BoomModule {}

let tracing: InMemoryTracing;
let app: NestFastifyApplication;
let url: string;
beforeAll(async () => {
  tracing = startInMemoryTracing();
  registerInstrumentations({ instrumentations: [new FastifyInstrumentation({ trustInbound: true, baggageKeys: new Set() })] }); // prettier-ignore
  app = await NestFactory.create<NestFastifyApplication>(BoomModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
});
afterEach(() => tracing.reset());
afterAll(async () => {
  await app.close();
  await tracing.shutdown();
});

async function request(path: string, init?: RequestInit) {
  const response = await fetch(`${url}/${path}`, init);
  const text = await response.text();
  const server = () => tracing.spans().find(({ kind }) => kind === SpanKind.SERVER);
  for (let i = 0; i < 200 && !server(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  return { status: response.status, text, span: server()! };
}

describe('an unknown error', () => {
  it.each(['handler', 'rejection', 'observable', 'guard', 'pipe/1', 'interceptor', 'filter', 'inside'])(
    'of the %s is recorded once, as it was thrown, on the server span',
    async (path) => {
      const { status, span, text } = await request(path);
      expect(status).toBe(500);
      expect(text).not.toContain('the original');
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'the original' });
      expect(span.attributes).toMatchObject({ 'error.type': 'Boom', 'http.response.status_code': 500 });
      const exceptions = tracing.spans().flatMap(({ events }) => events.filter(({ name }) => name === 'exception'));
      expect(exceptions.map(({ attributes }) => attributes?.['exception.message'])).toEqual(['the original']);
    },
  );
});

describe('an answer', () => {
  it.each([400, 401, 403, 404, 409, 422, 499])('of %d is no error of the server span', async (status) => {
    const { span } = await request(`status/${status}`);
    expect([span.status.code, span.events, span.attributes['error.type']]).toEqual([
      SpanStatusCode.UNSET,
      [],
      undefined,
    ]);
  });

  it.each([500, 502, 503, 504])('of %d is one, with its exception', async (status) => {
    const { span } = await request(`status/${status}`);
    expect([span.status.code, span.events.length]).toEqual([SpanStatusCode.ERROR, 1]);
  });

  it('to a body that is no JSON is no error, and stays in the request', async () => {
    const { status, span } = await request('body', {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect([status, span.name, span.status.code]).toEqual([400, 'POST /body', SpanStatusCode.UNSET]);
  });
});

it('interceptors, handlers and their operators run in the context of the request', async () => {
  const { text, span } = await request('context');
  const { spanId } = span.spanContext();
  expect(text).toBe([spanId, spanId, spanId].join());
});
