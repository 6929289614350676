import { connect } from 'node:net';
import type { ServerScenario } from './server-scenarios.js';

/** How long the server has worked when the client leaves. */
const WORKED_MS = 30;

/**
 * Plays a scenario over a connection of its own.
 *
 * @param taken resolves when the server has taken so many requests with this traceparent
 * @returns what came back, without the time of day
 */
export function exchange(
  { send, to, leaves }: ServerScenario,
  port: number,
  traceparent: string,
  taken: (traceparent: string, count: number) => Promise<void>,
): Promise<string> {
  const requests = send.join('').split('{trace}').length - 1;
  return new Promise((resolve, reject) => {
    const parts = send.map((part) => part.replaceAll('{port}', String(port)).replaceAll('{trace}', traceparent));
    const socket = connect(port, to ?? '127.0.0.1').setEncoding('latin1');
    let answer = '';
    const sendNext = () => {
      const part = parts.shift();
      if (part !== undefined) socket.write(part);
      if (parts.length > 0 || leaves !== 'once taken') return;
      void taken(traceparent, requests).then(() => setTimeout(() => socket.destroy(), WORKED_MS));
    };
    socket.once('connect', sendNext).on('data', (text: string) => {
      answer += text;
      if (leaves === 'at the answer') socket.destroy();
      else sendNext();
    });
    socket.on('close', () => resolve(answer.replace(/^date: .*\r\n/gim, '')));
    // The server may cut it off: then what has come so far is the answer.
    socket.on('error', (error: NodeJS.ErrnoException) => error.code !== 'ECONNRESET' && reject(error));
  });
}
