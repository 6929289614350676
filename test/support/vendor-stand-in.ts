import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

export interface VendorRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** As it came over the wire, which is what signatures are over. */
  sent: Buffer;
  /** Decompressed. */
  body: Buffer;
}

export interface VendorAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Takes requests, answers all with a status, answers late, never answers, or cuts the connection. */
export type VendorMode = 'take' | 'slow' | 'hang' | 'reset' | number;

export const MISBEHAVIOURS = [401, 429, 500, 'hang', 'reset', 'slow'] as const satisfies VendorMode[];
const SLOW_MS = 1_000;

/**
 * A vendor's HTTP API for tests. `check` is what the vendor checks: it throws for what the vendor would refuse, which
 * is then answered with 400 and kept in `violations`.
 */
export class VendorStandIn {
  mode: VendorMode = 'take';
  /** Requests that came, whatever became of them. */
  readonly requests: VendorRequest[] = [];
  readonly violations: string[] = [];
  private readonly server = createServer((request, response) => void this.receive(request, response));

  constructor(private readonly check: (request: VendorRequest) => VendorAnswer | void) {}

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await buffer(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const { method = '', url: path = '', headers } = request;
    const received = { method, path, headers, sent, body };
    this.requests.push(received);
    const { mode } = this;
    if (mode === 'hang') return;
    if (mode === 'reset') return void request.socket.destroy();
    if (typeof mode === 'number') return void response.writeHead(mode).end('{"message":"refused"}');
    if (mode === 'slow') await sleep(SLOW_MS);
    const answer = this.judge(received);
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? '{}' : JSON.stringify(answer.body));
  }

  private judge(request: VendorRequest): VendorAnswer {
    try {
      return this.check(request) ?? {};
    } catch (error) {
      this.violations.push((error as Error).message);
      return { status: 400 };
    }
  }
}

/** Waits until `done` holds. @throws Error with `what` when it does not in time */
export async function until(what: string, done: () => boolean, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!done()) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await sleep(20);
  }
}
