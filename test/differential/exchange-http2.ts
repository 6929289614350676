import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Leaving } from './exchange.js';

/** A request in the words of HTTP/1.1 is sent in those of HTTP/2, which has none of these headers. */
const ONLY_HTTP1 = ['host', 'connection', 'content-length', 'transfer-encoding', 'expect'];

function ask(session: ClientHttp2Session, text: string, signal: AbortSignal): ClientHttp2Stream {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [line = '', ...lines] = head.split('\r\n');
  const [method, path] = line.split(' ');
  const headers = Object.fromEntries(lines.map((header) => header.split(': ') as [string, string]));
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !ONLY_HTTP1.includes(name)));
  const start = { ':method': method, ':path': path, ':authority': headers.host };
  const stream = session.request({ ...start, ...own }, { endStream: body === '', signal });
  const complete = Number(headers['content-length'] ?? 0) <= body.length;
  // As a rule, a body comes later than the headers.
  if (body !== '') setTimeout(() => (complete ? stream.end(body) : stream.write(body)), 10);
  return stream;
}

function answerOf(stream: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const show = ({ ':status': status, ...headers }: Record<string, unknown>) => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      answer += `HTTP/2 ${String(status)}\r\n${lines.join('')}\r\n`;
    };
    stream.on('headers', show).on('response', show);
    stream.setEncoding('latin1').on('data', (text: string) => (answer += text));
    // The server may cut it off: then what has come so far is the answer.
    stream.on('error', () => {}).on('close', () => resolve(answer));
  });
}

/** All requests at once, over one connection. @returns the answers, one after the other */
export async function exchangeByHttp2(
  url: string,
  requests: string[],
  { leaves, resets, worked }: Leaving,
): Promise<string> {
  const session = connect(url, { rejectUnauthorized: false }).on('error', () => {});
  const givenUp = new AbortController();
  const streams = requests.map((request) => ask(session, request, givenUp.signal));
  const leave = () => (resets ? givenUp.abort() : session.destroy());
  if (leaves === 'once taken') void worked().then(leave);
  if (leaves === 'at the answer') for (const stream of streams) stream.once('data', leave);
  const answers = await Promise.all(streams.map(answerOf));
  session.destroy();
  return answers.join('');
}
