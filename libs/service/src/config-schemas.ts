import { z } from 'zod';

/** A TCP port; 0 lets the system choose one. */
export const portSchema = z.coerce
  .number('must be a port number')
  .int('must be a whole number')
  .min(0, 'must be 0 to 65535')
  .max(65535, 'must be 0 to 65535');

/** The base URL of a neighbour: scheme, host and port, without a path. */
export const originSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL', abort: true })
  .refine((url) => new URL(url).href === `${new URL(url).origin}/`, 'must be scheme, host and port alone')
  .transform((url) => new URL(url).origin);

/** A duration in milliseconds, up to a day: a timer set to more than 24 days would fire at once. */
export const millisecondsSchema = z.coerce
  .number('must be milliseconds')
  .int('must be whole milliseconds')
  .min(0, 'must be 0 to 86400000')
  .max(86_400_000, 'must be 0 to 86400000');

/** The address a service listens on: loopback unless a container's network needs every interface. */
export const hostSchema = z.string().default('127.0.0.1');

/** A switch. */
export const booleanSchema = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');
