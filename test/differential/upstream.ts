import { type IncomingMessage, type Server, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { createHash } from 'node:crypto';

/** Answers the clients of the differential test in every way that a server can, and keeps the headers that carry a trace, per trace id. */
export class Upstream {
  readonly arrived = new Map<string, string[]>();
  private readonly sockets = new Set<Socket>();
  private readonly servers: Server[] = [];
  private readonly attempts = new Map<string, number>();

  /** On IPv4 and on IPv6. */
  async listen(): Promise<[number, number]> {
    const ports = await Promise.all(['127.0.0.1', '::1'].map((host) => this.listenOn(host)));
    return ports as [number, number];
  }

  private async listenOn(host: string): Promise<number> {
    const server = createServer((request, response) => {
      this.keep(request);
      const [, what = '', argument = ''] = new URL(`http://x${request.url!.replace(/^\/\//, '/')}`).pathname.split('/');
      const answer = (code = 200, headers = {}, text = 'answer') => response.writeHead(code, headers).end(text);
      switch (what) {
        case 'status':
          return void answer(Number(argument), {}, ['204', '304'].includes(argument) ? '' : 'answer');
        case 'slow':
          return void setTimeout(() => answer(), Number(argument));
        case 'slow-body':
          response.write('begun');
          return void setTimeout(() => response.end('answer'), Number(argument));
        case 'hangs':
          return;
        case 'hangs-within':
          return void response.write('begun');
        case 'breaks-within':
          response.writeHead(200, { 'content-length': 99 }).write('begun');
          return void setTimeout(() => request.socket.destroy(), 20);
        case 'breaks':
          return void request.socket.destroy();
        case 'no-http':
          return void request.socket.end('this is no HTTP\r\n\r\n');
        case 'redirects':
          return void answer(302, { location: '/status/200' });
        case 'circles':
          return void answer(302, { location: '/circles' });
        case 'recovers':
          return void answer(this.attempt(request) < 3 ? 503 : 200);
        case 'hints':
          return void response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' }, () => answer());
        default:
          return void request.pipe(response);
      }
    });
    this.servers.push(server);
    server.on('connection', (socket) => this.sockets.add(socket));
    server.on('upgrade', (request, socket) => {
      this.keep(request);
      if (request.url!.startsWith('/status')) {
        return void socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
      }
      const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      const { upgrade } = request.headers;
      socket.end(`HTTP/1.1 101 Switching Protocols\r\nupgrade: ${upgrade}\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`); // prettier-ignore
    });
    server.on('connect', (request, client) => {
      this.keep(request);
      const [, address, port] = /^(.*):(\d+)$/.exec(request.url!)!;
      if (address === 'refused.test') return void client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      const target = connect(Number(port), '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
      target.pipe(client).pipe(target);
      for (const socket of [target, client]) socket.on('error', () => {});
    });
    await new Promise<void>((listening) => server.listen(0, host, listening));
    return (server.address() as AddressInfo).port;
  }

  private attempt({ url }: IncomingMessage): number {
    const number = (this.attempts.get(url!) ?? 0) + 1;
    this.attempts.set(url!, number);
    return number;
  }

  private keep({ headersDistinct: headers }: IncomingMessage): void {
    const traceId = headers.traceparent?.[0]?.split('-')[1] ?? 'none';
    const lines = ['traceparent', 'tracestate', 'baggage'].flatMap((name) => (headers[name] ?? []).map((value) => `${name}: ${value}`)); // prettier-ignore
    this.arrived.set(traceId, [...(this.arrived.get(traceId) ?? []), ...lines]);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((done) => server.close(done))));
  }
}
