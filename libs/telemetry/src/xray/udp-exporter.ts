import { type Socket, createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { exporterOf } from '../export/lazy-exporter.js';
import { toDatagram } from './datagram.js';
import type { Address } from './settings.js';

/** A burst may not be larger than what a default receive buffer holds, or the kernel drops what is on top. */
const BURST_BYTES = 64 * 1024;
const PAUSE_MS = 2;
/** In which a host without a daemon says so (ICMP). */
const REFUSAL_MS = 20;

/**
 * Sends a segment document per span to the X-Ray daemon, over UDP: nobody waits, and what is lost on the way is lost.
 * Only that nobody listens can be noticed. A socket lives for one batch, so that the daemon's name is looked up anew.
 */
export function createUdpExporter({ host, port }: Address): SpanExporter {
  return exporterOf(async (spans) => {
    const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4').unref();
    let refused: Error | undefined;
    socket.on('error', (error) => (refused = error));
    try {
      await promisify((done: (error?: Error | null) => void) => {
        socket.once('error', done);
        socket.connect(port, host, done);
      })();
      await sendAll(socket, spans);
      await sleep(REFUSAL_MS, undefined, { ref: false });
    } finally {
      socket.close();
    }
    if (refused) throw refused;
  });
}

async function sendAll(socket: Socket, spans: readonly ReadableSpan[]): Promise<void> {
  const send = promisify((datagram: Buffer, done: (error: Error | null) => void) => socket.send(datagram, done));
  let burst = 0;
  for (const span of spans) {
    const datagram = toDatagram(span);
    await send(datagram);
    burst += datagram.length;
    if (burst < BURST_BYTES) continue;
    burst = 0;
    await sleep(PAUSE_MS, undefined, { ref: false });
  }
}
