import { createRequire } from 'node:module';
import type { Writable } from 'node:stream';
import type { DestinationStream } from 'pino';

interface PrettyLine {
  msg?: string;
  trace_links?: string[];
}

/**
 * For people at a terminal, with the links to a trace where they are seen. pino-pretty is loaded only here, and runs in
 * this process, so that no line is lost at exit.
 */
export function pinoPretty(destination: number | Writable = 1): DestinationStream {
  const pretty = createRequire(import.meta.url)('pino-pretty') as (options: object) => DestinationStream;
  return pretty({
    destination,
    ignore: 'pid,hostname,trace_flags,trace_links',
    messageFormat: ({ msg, trace_links: links = [] }: PrettyLine) => [msg, ...links].join('  '),
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    sync: true,
  });
}
