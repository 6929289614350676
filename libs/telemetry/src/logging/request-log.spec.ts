import { once } from 'node:events';
import { connect as connectByHttp2 } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type FastifyInstance, fastify } from 'fastify';
import { createLogger } from './logger.js';
import { logRequests } from './request-log.js';

let app: FastifyInstance | undefined;
afterEach(() => app?.close());

/** @returns the port, and the lines */
async function listen(options: object = {}, level = 'info') {
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ OTEL_SERVICE_NAME: 'tëst', LOG_LEVEL: level }, output);
  app = fastify(options);
  logRequests(app, logger, output);
  app.get('/answers', () => 'ok').get('/hangs', () => new Promise(() => {}));
  app.get('/fails', (_request, reply) => reply.code(500).send('no'));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const text = async () => {
    while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    return lines.shift()!;
  };
  const written = async () => JSON.parse(await text()) as Record<string, unknown>;
  return { app, logger, port: (app.server.address() as AddressInfo).port, text, written };
}

describe('the line of a request', () => {
  it('has its method, route, status and duration', async () => {
    const { app, written } = await listen();
    await app.inject('/answers?a=secret');
    const answered = { method: 'GET', route: '/answers', status: 200, duration_ms: expect.any(Number) };
    const time = expect.stringMatching(/^2\d{3}-.*Z$/);
    expect(await written()).toEqual({ level: 'info', time, service: 'tëst', ...answered, msg: 'request completed' });
  });

  it.each(['/answers', '/fails', '/"nowhere"\\ä'])('is the one that the logger writes: %s', async (path) => {
    const { app, logger, text } = await listen();
    await app.inject(path);
    const ours = await text();
    const { level, method, route, status, duration_ms } = JSON.parse(ours) as Record<string, string>;
    logger[level as 'info']({ method, route, status, duration_ms }, 'request completed');
    const withoutTime = (line: string) => line.replace(/"time":"[^"]*"/, '');
    expect(withoutTime(ours)).toBe(withoutTime(await text()));
  });

  it('is written at the levels that are', async () => {
    const { app, written } = await listen({}, 'error');
    await app.inject('/answers');
    await app.inject('/fails');
    expect(await written()).toMatchObject({ level: 'error', status: 500, route: '/fails' });
  });

  it.each(['/answers', '/hangs'])('says whether the client went away: %s', async (path) => {
    const { app, port, written } = await listen();
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await (path === '/hangs' ? once(app.server, 'request') : once(socket, 'data'));
    socket.destroy();
    expect((await written())?.aborted).toBe(path === '/hangs' ? true : undefined);
  });

  it.each(['/answers', '/hangs'])('says so of HTTP/2 as well: %s', async (path) => {
    const { app, port, written } = await listen({ http2: true });
    const session = connectByHttp2(`http://127.0.0.1:${port}`);
    const stream = session.request({ ':path': path }).resume();
    await (path === '/hangs' ? once(app.server, 'request') : once(stream, 'end'));
    session.destroy();
    expect((await written())?.aborted).toBe(path === '/hangs' ? true : undefined);
  });
});
