import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { AttemptTimeout } from './errors.js';
import { exchange } from './exchange.js';

let server: Server;
let pool: Pool;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let arrived: string[];

beforeEach(async () => {
  arrived = [];
  server = createServer((request, response) => {
    arrived.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 });
});
afterEach(async () => {
  await pool.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const get = (path: string, timeoutMs = 2_000) => exchange(pool, { path, method: 'GET' }, timeoutMs);

it('puts an answer together that comes in pieces, wherever they are cut', async () => {
  const bytes = Buffer.from('{"text":"grüße 🥐"}');
  answer = (_request, response) => {
    response.writeHead(201, { 'x-kind': 'pastry', 'content-length': bytes.length });
    void (async () => {
      for (const byte of bytes) {
        response.write(Buffer.of(byte));
        await sleep(1);
      }
      response.end();
    })();
  };
  const { statusCode, headers, text } = await get('/');
  expect([statusCode, headers['x-kind'], text]).toEqual([201, 'pastry', bytes.toString()]);
});

it('has no text without a body', async () => {
  answer = (_request, response) => response.writeHead(204).end();
  expect(await get('/')).toMatchObject({ statusCode: 204, text: '' });
});

it('gives up in time on what still waits for a connection, and never sends it', async () => {
  let release = () => {};
  answer = (_request, response) => (release = () => response.end('late'));
  const first = get('/first');
  while (arrived.length === 0) await sleep(1);
  await expect(get('/second', 30)).rejects.toThrow(AttemptTimeout);
  release();
  expect((await first).text).toBe('late');
  answer = (_request, response) => response.end('third');
  expect((await get('/third')).text).toBe('third');
  expect(arrived).toEqual(['/first', '/third']);
});
