// What the measured gateway calls in the one-hop runs: answers every request with the same page, as cheaply as it can.
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';

const uuid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const activity = (n) => ({
  uuid: uuid(n),
  handle: `baker${n}`,
  display_name: `Baker ${n}`,
  message: `Loaf number ${n} is out of the oven, and it smells of rye and caraway.`,
  created_at: '2026-11-01T08:00:00.000Z',
  expires_at: '2027-11-01T08:00:00.000Z',
  likes_count: n,
  replies_count: 0,
  reposts_count: 0,
  replies: [],
});
const activities = Array.from({ length: Number(process.env.BENCH_ACTIVITIES) }, (_, n) => activity(n));
const body = JSON.stringify({ activities, next_cursor: null, degraded: false });
const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) };

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume();
  response.writeHead(200, headers).end(body);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('disconnect', () => process.exit());
