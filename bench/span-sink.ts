import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What every span has once, in OTLP as JSON. */
const MARK = '"startTimeUnixNano"';

/** An OTLP endpoint that counts spans and does no more: it shares its processor with what is measured. */
export class SpanSink {
  spans = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      void buffer(request).then((body) => {
        for (let at = body.indexOf(MARK); at >= 0; at = body.indexOf(MARK, at + MARK.length)) this.spans++;
        response.end('{}');
      });
    });
  }

  static async start(): Promise<SpanSink> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SpanSink(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Until no span has come for so many milliseconds: then all have been exported. */
  async quiet(ms: number): Promise<void> {
    let before: number;
    do {
      before = this.spans;
      await sleep(ms);
    } while (this.spans !== before);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
