import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HoneycombApi, dryRunOf, retryAfter } from './honeycomb-api.ts';

let server: Server;
let requests: string[];
let api: HoneycombApi;

/** A server that cuts every connection after it has read the request. */
beforeEach(async () => {
  requests = [];
  server = createServer((request) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { key: 'k'.repeat(22), looksLikeId: false, endpoint };
  api = new HoneycombApi(settings, { timeoutMs: 10_000, say: () => {} });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('HoneycombApi', () => {
  it('does not repeat a POST whose answer got lost: it may have been done', async () => {
    await expect(api.post('/1/boards', {})).rejects.toThrow(/cannot be reached.*Then run this again/);
    expect(requests).toEqual(['POST /1/boards']);
  });

  it('writes nothing in a dry run', async () => {
    const dry = dryRunOf(api);
    expect(await dry.post('/1/boards', { name: 'a' })).toEqual({ id: 'new', name: 'a' });
    await dry.put('/1/boards/1', {});
    await dry.delete('/1/boards/1');
    expect(requests).toEqual([]);
  });
});

describe('retryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    [{ 'retry-after': '3' }, 3_000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5_000],
    [{ 'retry-after': '2026-01-01T00:00:05Z' }, 5_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ ratelimit: 'limit=10, remaining=0, reset=7' }, 7_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j is %p ms', (headers, ms) => {
    expect(retryAfter(new Headers(headers as Record<string, string>), now)).toBe(ms);
  });
});
