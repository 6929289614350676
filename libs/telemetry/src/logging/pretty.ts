import { createRequire } from 'node:module';
import type { DestinationStream } from 'pino';

/**
 * For people at a terminal, with the links to a trace where they are seen. pino-pretty is loaded only here, and runs in this process, so that no line is
 * lost at exit.
 */
interface PrettyLine {
  msg?: string;
  trace_links?: string[];
}

export function pinoPretty(): DestinationStream {
  const pretty = createRequire(import.meta.url)('pino-pretty') as (options: object) => DestinationStream;
  return pretty({
    ignore: 'pid,hostname,trace_flags,trace_links',
    messageFormat: ({ msg, trace_links: links = [] }: PrettyLine) => [msg, ...links].join('  '),
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    sync: true,
  });
}
