import { once } from 'node:events';
import { connect as connectByHttp2 } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type FastifyInstance, fastify } from 'fastify';
import { pino } from 'pino';
import { logRequests } from './request-log.js';

let app: FastifyInstance | undefined;
afterEach(() => app?.close());

/** @returns the port, and the lines */
async function listen(options: object = {}) {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ base: null }, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  app = fastify(options);
  logRequests(app, logger);
  app.get('/answers', () => 'ok').get('/hangs', () => new Promise(() => {}));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const written = async () => {
    while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    return lines[0];
  };
  return { app, port: (app.server.address() as AddressInfo).port, written };
}
const ANSWERED = { route: '/answers', status: 200, msg: 'request completed' };

describe('the line of a request', () => {
  it('has its method, route, status and duration', async () => {
    const { app, written } = await listen();
    await app.inject('/answers?a=secret');
    expect(await written()).toEqual({ level: 30, time: expect.any(Number), method: 'GET', duration_ms: expect.any(Number), ...ANSWERED }); // prettier-ignore
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
