import { DEMO_USER_UUID, isUuid } from '@cruddur/contracts';
import { hostSchema, millisecondsSchema, originSchema, portSchema } from '@cruddur/service';
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
  NODE_ENV: z.string().optional(),
  /** Here it only decides whether there is a route to test Rollbar with. */
  ROLLBAR_ACCESS_TOKEN: z.string().trim().optional(),
  /** Who is asking, as long as nobody has to log in. */
  CRUDDUR_DEMO_USER: z.string().refine(isUuid, 'must be the uuid of a user').toLowerCase().default(DEMO_USER_UUID),
});

export type GatewayConfig = z.infer<typeof GatewayConfigSchema>;
