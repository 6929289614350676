import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Body, Controller, Get, Module, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ActivityNotFoundError,
  CreateActivityRequestSchema,
  ProblemError,
  TimelineQuerySchema,
} from '@cruddur/contracts';
import { Agent, request } from 'undici';
import { createService } from './create-service.js';

process.env.LOG_LEVEL = 'silent';

@Controller('things')
class ThingsController {
  @Get()
  list(@Query({ schema: TimelineQuerySchema }) query: unknown) {
    return query;
  }

  @Get('missing')
  missing() {
    throw new ActivityNotFoundError();
  }

  @Get('broken')
  broken() {
    throw new Error('password=hunter2');
  }

  @Get('shed')
  shed() {
    throw new ProblemError(503, { retryAfterSeconds: 7 });
  }

  @Get('rejected')
  rejected() {
    return Promise.reject(new Error('later'));
  }

  @Post()
  create(@Body({ schema: CreateActivityRequestSchema }) body: unknown) {
    return body;
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

let app: NestFastifyApplication;
let origin: string;
let port: number;
const agent = new Agent();

beforeAll(async () => {
  ({ app } = await createService({ module: ThingsModule, prefix: 'api' }));
  await app.listen(0, '127.0.0.1');
  port = (app.getHttpServer().address() as { port: number }).port;
  origin = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await agent.close();
  await app.close();
});

interface Call {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: string | Buffer;
  type?: string;
  headers?: Record<string, string>;
}

async function call(path: string, { method = 'GET', body, type = 'application/json', headers = {} }: Call = {}) {
  const response = await request(origin + path, {
    method,
    body,
    headers: body === undefined ? headers : { 'content-type': type, ...headers },
    dispatcher: agent,
  });
  const answer = await response.body.text();
  return {
    status: response.statusCode,
    headers: response.headers,
    type: response.headers['content-type'],
    json: answer === '' ? undefined : JSON.parse(answer),
    answer,
  };
}

const post = (body: string | Buffer, type?: string) => call('/api/things', { method: 'POST', body, type });

/** What comes back for these bytes, until the server closes the connection. */
async function raw(bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes);
  return text(socket);
}

async function expectHealthy() {
  expect((await call('/api/things')).status).toBe(200);
}

describe('input', () => {
  it('gives the handler what the schema made of it', async () => {
    expect((await call('/api/things?limit=3')).json).toEqual({ limit: 3 });
    const { status, json } = await post('{"message":"hello","more":1}');
    expect(status).toBe(201);
    expect(json).toEqual({ message: 'hello', ttl: '7-days' });
  });

  it('answers 422 with the codes of every rule that was broken', async () => {
    const { status, type, json } = await post('{"message":" ","ttl":"2-days"}');
    expect(status).toBe(422);
    expect(type).toBe('application/problem+json');
    expect(json).toMatchObject({ type: 'about:blank', title: 'Unprocessable Entity', status: 422 });
    expect(json.errors).toEqual(['message_blank', 'ttl_unknown']);
  });

  it.each([
    ['no JSON', '{"message":'],
    ['nothing', ''],
    ['a prototype', '{"__proto__":{"admin":true}}'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ])('answers 400 for a body of %s', async (_name, body) => {
    const { status, json } = await post(body);
    expect(status).toBe(400);
    expect(json).toMatchObject({ status: 400, errors: ['body_malformed'] });
  });

  it('answers 422 for a body that is nested 10,000 deep', async () => {
    const { status, json } = await post('['.repeat(10_000) + ']'.repeat(10_000));
    expect([status, json.errors]).toEqual([422, ['body_invalid']]);
    const deep = await post(`{"message":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`);
    expect([deep.status, deep.json.errors]).toEqual([422, ['message_invalid']]);
    await expectHealthy();
  });

  it('answers 422 for a request without a body', async () => {
    const { status, json } = await call('/api/things', { method: 'POST' });
    expect([status, json.errors]).toEqual([422, ['body_invalid']]);
  });

  it('answers 413 for 10 MB, without taking them', async () => {
    const { status, json } = await post(`{"message":"${'x'.repeat(10_000_000)}"}`);
    expect([status, json.errors]).toEqual([413, ['body_too_large']]);
    await expectHealthy();
  });

  it('answers 413 when the length was not announced', async () => {
    const body = `{"message":"${'x'.repeat(70_000)}"}`;
    const answer = await raw(
      'POST /api/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n' +
        `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('body_too_large');
  });

  it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense', 'application/json-but-not'])(
    'answers 415 for %s',
    async (type) => {
      const { status, json } = await post('{"message":"hello"}', type);
      expect([status, json.errors]).toEqual([415, ['media_type_unsupported']]);
    },
  );

  it.each(['/api/%ff', '/api/things?limit=%ff', '/api/things?limit=%zz', '/api/%'])(
    'answers 400 for the URL %s',
    async (path) => {
      const { status, type, json } = await call(path);
      expect([status, json.errors]).toEqual([400, ['url_malformed']]);
      expect(type).toBe('application/problem+json');
    },
  );
});

describe('errors', () => {
  it('lets a problem speak for itself', async () => {
    const { status, json } = await call('/api/things/missing');
    expect(status).toBe(404);
    expect(json).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is no such activity, or it has expired.',
      errors: ['activity_not_found'],
    });
  });

  it.each(['broken', 'rejected'])('says nothing of an unknown error (%s)', async (path) => {
    const { status, answer, json } = await call(`/api/things/${path}`);
    expect(status).toBe(500);
    expect(json).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500, errors: [] });
    expect(answer).not.toMatch(/hunter2|later|\.ts/);
  });

  it('says when to come back', async () => {
    expect((await call('/api/things/shed')).headers['retry-after']).toBe('7');
  });

  it.each([
    ['GET', '/api/nothing'],
    ['GET', '/things'],
    ['DELETE', '/api/things'],
    ['GET', `/api/${'x'.repeat(5_000)}`],
  ] as const)('answers 404 for %s %s', async (method, path) => {
    const { status, type, json } = await call(path, { method });
    expect([status, type, json.errors]).toEqual([404, 'application/problem+json', ['route_not_found']]);
  });
});

describe('what is no HTTP', () => {
  it('answers 431 for headers of more than 16 kB', async () => {
    const answer = await raw(
      `GET /api/things HTTP/1.1\r\nHost: x\r\ntracestate: ${'a'.repeat(10_000)}\r\nbaggage: ${'b'.repeat(9_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(
      /^HTTP\/1.1 431 Request Header Fields Too Large\r\nContent-Type: application\/problem\+json/,
    );
    expect(answer).toContain('headers_too_large');
    await expectHealthy();
  });

  it.each([
    'FOO / HTTP/1.1\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    '\0\0\0\0\r\n\r\n',
    'GET /\xff HTTP/1.1\r\nno colon\r\n\r\n',
  ])('answers 400 for %j', async (bytes) => {
    const answer = await raw(Buffer.from(bytes, 'latin1'));
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
    expect(answer).toContain('request_malformed');
    await expectHealthy();
  });
});
