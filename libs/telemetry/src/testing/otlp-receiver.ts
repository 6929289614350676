import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { ExportTraceRequest } from '../relay/otlp-json.js';
import { decodeTraceRequest } from '../relay/otlp-protobuf.js';
import { dedent, diffOutlines, outline } from './outline.js';
import { type ReceivedSpan, toReceivedSpans } from './received-span.js';

/** How the receiver treats the next requests: takes them, answers a status, never answers, or cuts the connection. */
export type ReceiverMode = 'take' | 'hang' | 'reset' | number;

export interface ReceivedRequest {
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export interface WaitOptions {
  /** Milliseconds to wait for spans that are still on their way. */
  timeoutMs?: number;
  /** Milliseconds without change after which nothing more is expected. */
  quietMs?: number;
}

/** A small OTLP/HTTP backend for tests: JSON and protobuf, gzip, traces kept in memory; other signals are taken and kept raw. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly requests: ReceivedRequest[] = [];
  mode: ReceiverMode = 'take';
  private readonly server = createServer((request, response) => void this.receive(request, response));
  private readonly sockets = new Set<Socket>();

  /** Base URL, for OTEL_EXPORTER_OTLP_ENDPOINT. */
  url = '';

  async listen(port = 0): Promise<this> {
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  trace(traceId: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  /** Waits until `done` holds. @throws Error with `what` when it does not in time */
  async waitFor(what: string, done: () => boolean, timeoutMs = 10_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!done()) {
      if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
      await sleep(20);
    }
  }

  /**
   * Waits until the trace is exactly the outline, and nothing more arrives.
   *
   * @returns its spans
   * @throws Error with a diff of the two trees
   */
  async expectTrace(traceId: string, expected: string, options: WaitOptions = {}): Promise<ReceivedSpan[]> {
    const { timeoutMs = 10_000, quietMs = 300 } = options;
    const wanted = dedent(expected);
    const deadline = Date.now() + timeoutMs;
    let equalSince: number | undefined;
    for (;;) {
      const spans = this.trace(traceId);
      const actual = outline(spans);
      const now = Date.now();
      equalSince = actual === wanted ? (equalSince ?? now) : undefined;
      if (equalSince !== undefined && now - equalSince >= quietMs) return spans;
      if (now > deadline && equalSince === undefined) {
        throw new Error(`trace ${traceId} is not what was expected:\n${diffOutlines(wanted, actual)}`);
      }
      await sleep(20);
    }
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { mode } = this;
    if (mode === 'reset') return void request.socket.destroy();
    if (mode === 'hang') return;
    if (typeof mode === 'number') return void response.writeHead(mode).end();
    const sent = await buffer(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const path = request.url ?? '';
    const type = request.headers['content-type'] ?? '';
    this.requests.push({ path, headers: request.headers, body });
    if (path.endsWith('/v1/traces')) this.spans.push(...toReceivedSpans(parse(body, type)));
    const isJson = type.startsWith('application/json');
    response.writeHead(200, { 'content-type': type }).end(isJson ? '{}' : '');
  }
}

function parse(body: Buffer, type: string): ExportTraceRequest {
  if (type.startsWith('application/json')) return JSON.parse(body.toString()) as ExportTraceRequest;
  return decodeTraceRequest(body);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Starts a receiver on a free loopback port. */
export function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  return new OtlpReceiver().listen(port);
}
