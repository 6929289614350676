import type { z } from 'zod';

/** A configuration that cannot be used. The message has one line per bad variable and never shows a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * The environment as a typed object. An empty variable counts as unset, as compose files pass unset ones on empty.
 *
 * @throws {ConfigError} naming every variable that the schema refuses
 */
export function parseConfig<T extends z.ZodType>(schema: T, environment: NodeJS.ProcessEnv): z.output<T> {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `${path.join('.') || 'environment'}: ${message}`);
  throw new ConfigError(lines.join('\n'));
}

/** {@link parseConfig} for a service's start: a bad variable is named on stderr and ends the process with status 1. */
export function readConfig<T extends z.ZodType>(schema: T, environment: NodeJS.ProcessEnv = process.env): z.output<T> {
  try {
    return parseConfig(schema, environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`Cannot start, the configuration is wrong:\n${error.message.replace(/^/gm, '  ')}\n`);
    process.exit(1);
  }
}
