import { parseArgs } from 'node:util';
import type { Marker } from './marker.ts';

export const USAGE = `usage:
  npm run honeycomb -- sync [--dry-run]
  npm run honeycomb -- marker --type deploy --message "release 1.2" [--url https://...]
--timeout <seconds> is what one request may take (10).`;

export type Command = { timeoutMs: number } & ({ name: 'sync'; dryRun: boolean } | { name: 'marker'; marker: Marker });

/** Something wrong with what was typed; the message says what. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const SYNC = { 'dry-run': { type: 'boolean', default: false } } as const;
const MARKER = { type: { type: 'string' }, message: { type: 'string' }, url: { type: 'string' } } as const;
const COMMON = { timeout: { type: 'string', default: '10' } } as const;

/** @throws UsageError */
export function parseCommand([name, ...args]: string[]): Command {
  switch (name) {
    case 'sync': {
      const { values } = parse(() => parseArgs({ args, options: { ...COMMON, ...SYNC } }));
      return { name, timeoutMs: readTimeout(values.timeout), dryRun: values['dry-run'] };
    }
    case 'marker': {
      const { values } = parse(() => parseArgs({ args, options: { ...COMMON, ...MARKER } }));
      const { type = '', message = '', url } = values;
      if (!type.trim()) throw new UsageError('--type is missing: say what kind of marker, such as deploy');
      if (!message.trim()) throw new UsageError('--message is missing: say what happened');
      if (url !== undefined && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
        throw new UsageError('--url is not an http(s) URL');
      }
      return { name, timeoutMs: readTimeout(values.timeout), marker: { type, message, ...(url && { url }) } };
    }
    case undefined:
      throw new UsageError('say what to do');
    default:
      throw new UsageError(`there is no command ${name}`);
  }
}

function parse<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readTimeout(value: string): number {
  const seconds = Number(value);
  if (seconds > 0 && seconds <= 300) return seconds * 1_000;
  throw new UsageError('--timeout is not a number of seconds, at most 300');
}
