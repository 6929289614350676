import { createHash } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type ServerHttp2Stream, constants, createServer as createHttp2Server, createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, type Server as NetServer, type Socket, connect } from 'node:net';
import { makeCertificate } from './certificate.js';
import type { Where } from './client-scenarios.js';

const streamOf = (response: ServerResponse) => (response as unknown as { stream: ServerHttp2Stream }).stream;
const TRACE_HEADERS = ['traceparent', 'tracestate', 'baggage'];

/** Answers the clients of the differential test in every way that a server can, and keeps the headers that carry a trace, per trace id. */
export class Upstream {
  readonly arrived = new Map<string, string[]>();
  private readonly sockets = new Set<Socket>();
  private readonly servers: NetServer[] = [];
  private readonly attempts = new Map<string, number>();

  async listen(): Promise<Where> {
    const certificate = makeCertificate();
    const answer = (request: object, response: object) => this.answer(request as IncomingMessage, response as ServerResponse); // prettier-ignore
    const http = () => this.withUpgrades(createServer(answer));
    return {
      url: `http://127.0.0.1:${await this.listenOn(http())}`,
      ipv6: `http://[::1]:${await this.listenOn(http(), '::1')}`,
      https: `https://127.0.0.1:${await this.listenOn(createTlsServer(certificate, answer))}`,
      h2c: `http://127.0.0.1:${await this.listenOn(createHttp2Server(answer))}`,
      h2: `https://127.0.0.1:${await this.listenOn(createSecureServer(certificate, answer))}`,
      nobody: 'http://127.0.0.1:1',
      ca: certificate.cert,
    };
  }

  private async listenOn(server: NetServer, host = '127.0.0.1'): Promise<number> {
    this.servers.push(server);
    server.on('connection', (socket: Socket) => this.sockets.add(socket));
    await new Promise<void>((listening) => server.listen(0, host, listening));
    return (server.address() as AddressInfo).port;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
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
      case 'resets':
        return void streamOf(response).close(constants.NGHTTP2_REFUSED_STREAM);
      case 'goes-away':
        streamOf(response).session!.goaway();
        return void answer();
      case 'redirects':
        return void answer(302, { location: '/status/200' });
      case 'circles':
        return void answer(302, { location: '/circles' });
      case 'recovers':
        return void answer(this.attempt(request) < 3 ? 503 : 200);
      case 'hints':
        response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
        return void answer();
      default:
        return void request.pipe(response);
    }
  }

  private withUpgrades(server: Server): Server {
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
    return server;
  }

  private attempt({ url }: IncomingMessage): number {
    const number = (this.attempts.get(url!) ?? 0) + 1;
    this.attempts.set(url!, number);
    return number;
  }

  private keep({ headers, rawHeaders }: IncomingMessage): void {
    const traceId = String(headers.traceparent).split('-')[1] ?? 'none';
    const lines = rawHeaders.flatMap((name, i) =>
      i % 2 === 0 && TRACE_HEADERS.includes(name.toLowerCase()) ? `${name.toLowerCase()}: ${rawHeaders[i + 1]}` : [],
    );
    this.arrived.set(traceId, [...(this.arrived.get(traceId) ?? []), ...lines]);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((done) => server.close(done))));
  }
}
