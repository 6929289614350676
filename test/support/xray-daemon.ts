import { createSocket, type Socket } from 'node:dgram';
import { expect } from '@jest/globals';

export type Segment = Record<string, any>;

const NAME = /^[\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]{1,200}$/u;

/** The UDP side of the X-Ray daemon: takes datagrams as it does, and checks what X-Ray's API checks of a document. */
export class XrayDaemon {
  readonly segments: Segment[] = [];
  readonly violations: string[] = [];
  readonly sizes: number[] = [];
  private readonly socket: Socket = createSocket('udp4');

  async start(port = 0): Promise<this> {
    this.socket.on('message', (datagram) => this.take(datagram));
    await new Promise<void>((resolve) => this.socket.bind(port, '127.0.0.1', resolve));
    return this;
  }

  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }

  private take(datagram: Buffer): void {
    try {
      const newline = datagram.indexOf('\n');
      expect(JSON.parse(datagram.subarray(0, newline).toString())).toEqual({ format: 'json', version: 1 });
      expect(datagram.length).toBeLessThanOrEqual(64 * 1024);
      const segment = JSON.parse(datagram.subarray(newline + 1).toString()) as Segment;
      checkSegment(segment);
      this.segments.push(segment);
      this.sizes.push(datagram.length);
    } catch (error) {
      this.violations.push((error as Error).message);
    }
  }
}

function checkSegment(segment: Segment): void {
  expect(segment.trace_id).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  expect(segment.id).toMatch(/^[0-9a-f]{16}$/);
  expect(segment.name).toMatch(NAME);
  expect(segment.end_time).toBeGreaterThanOrEqual(segment.start_time as number);
  if (segment.type !== undefined) expect([segment.type, typeof segment.parent_id]).toEqual(['subsegment', 'string']);
  for (const [key, value] of Object.entries((segment.annotations ?? {}) as object)) {
    expect(key).toMatch(/^\w{1,500}$/);
    expect(['string', 'number', 'boolean']).toContain(typeof value);
  }
  for (const { id } of segment.cause?.exceptions ?? []) expect(id).toMatch(/^[0-9a-f]{16}$/);
  const { request, response } = segment.http ?? {};
  if (request !== undefined) expect(typeof request.url).toBe('string');
  if (response !== undefined) expect(typeof response.status).toBe('number');
}
