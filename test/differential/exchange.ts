import { type Socket, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectByTls } from 'node:tls';
import { exchangeByHttp2 } from './exchange-http2.js';
import type { ServerScenario } from './server-scenarios.js';

/** How long the server has worked when the client leaves. */
const WORKED_MS = 30;

export interface Leaving {
  leaves: ServerScenario['leaves'];
  resets: ServerScenario['resets'];
  /** Resolves when the server has taken all requests, and worked on them for a while. */
  worked: () => Promise<void>;
}

/**
 * Plays a scenario over a connection of its own.
 *
 * @param taken resolves when the server has taken so many requests with this traceparent
 * @returns what came back, without the time of day, and without what came of a large answer by chance
 */
export async function exchange(
  { send, to = 'http', by = to, leaves, resets }: ServerScenario,
  port: number,
  traceparent: string,
  taken: (traceparent: string, count: number) => Promise<void>,
): Promise<string> {
  const requests = send.join('').split('{trace}').length - 1;
  const leaving = { leaves, resets, worked: () => taken(traceparent, requests).then(() => sleep(WORKED_MS)) };
  const parts = send.map((part) => part.replaceAll('{port}', String(port)).replaceAll('{trace}', traceparent));
  const where = { port, host: to === 'ipv6' ? '::1' : '127.0.0.1', rejectUnauthorized: false };
  const play = {
    http: () => exchangeByHttp1(connect(where), parts, leaving),
    ipv6: () => exchangeByHttp1(connect(where), parts, leaving),
    https: () => exchangeByHttp1(connectByTls(where), parts, leaving),
    h2c: () => exchangeByHttp2(`http://127.0.0.1:${port}`, parts, leaving),
    h2: () => exchangeByHttp2(`https://127.0.0.1:${port}`, parts, leaving),
  };
  const answer = await play[by]();
  return answer.replace(/^date: .*\r\n/gim, '').replace(/(much){9,}.*/s, 'much');
}

function exchangeByHttp1(socket: Socket, parts: string[], { leaves, worked }: Leaving): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const sendNext = () => {
      const part = parts.shift();
      if (part !== undefined) socket.write(part);
      if (parts.length === 0 && leaves === 'once taken') void worked().then(() => socket.destroy());
    };
    socket.once('connect', sendNext);
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
      if (leaves === 'at the answer') socket.destroy();
      else sendNext();
    });
    socket.on('close', () => resolve(answer));
    // The server may cut it off: then what has come so far is the answer.
    socket.on('error', (error: NodeJS.ErrnoException) => error.code !== 'ECONNRESET' && reject(error));
  });
}
