import { createRequire } from 'node:module';
import type { DestinationStream } from 'pino';

/** For people at a terminal. pino-pretty is loaded only here, and runs in this process, so that no line is lost at exit. */
export function pinoPretty(): DestinationStream {
  const pretty = createRequire(import.meta.url)('pino-pretty') as (options: object) => DestinationStream;
  return pretty({ ignore: 'pid,hostname,trace_flags', translateTime: 'SYS:HH:MM:ss.l', singleLine: true, sync: true });
}
