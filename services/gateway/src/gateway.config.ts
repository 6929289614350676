import { DEMO_USER_UUID, isUuid } from '@cruddur/contracts';
import { booleanSchema, hostSchema, millisecondsSchema, originSchema, portSchema } from '@cruddur/service';
import { z } from 'zod';

const timeout = millisecondsSchema.min(1, 'must be at least 1');

export const GatewayConfigSchema = z.object({
  HOST: hostSchema,
  GATEWAY_PORT: portSchema.default(4567),
  HOME_ACTIVITIES_URL: originSchema.default('http://127.0.0.1:4568'),
  /** Leaves room for home-activities' own attempts at user-activities, so that it can still answer from memory. */
  HOME_ACTIVITIES_TIMEOUT_MS: timeout.default(3_000),
  USER_ACTIVITIES_URL: originSchema.default('http://127.0.0.1:4569'),
  USER_ACTIVITIES_TIMEOUT_MS: timeout.default(2_000),
  /** The feed page at `/`. */
  GATEWAY_PAGE: booleanSchema.default(true),
  /** Traces that begin in the page: its spans are taken and passed on. */
  GATEWAY_BROWSER_TRACES: booleanSchema.default(true),
  /** Signs the page's tokens, for several gateways behind one address; unset, each has a key of its own. */
  GATEWAY_PAGE_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  /** Of a list the first: what the page links a trace to. */
  TELEMETRY_TRACE_URL: z
    .string()
    .transform((list) => list.split(',', 1)[0]!.trim())
    .pipe(
      z
        .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
        .includes('{trace_id}', 'must have {trace_id} in it'),
    )
    .optional(),
  NODE_ENV: z.string().optional(),
  /** Here it only decides whether there is a route to test Rollbar with. */
  ROLLBAR_ACCESS_TOKEN: z.string().trim().optional(),
  /** Who is asking, as long as nobody has to log in. */
  CRUDDUR_DEMO_USER: z.string().refine(isUuid, 'must be the uuid of a user').toLowerCase().default(DEMO_USER_UUID),
});

export type GatewayConfig = z.infer<typeof GatewayConfigSchema>;
