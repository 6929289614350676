import { hostSchema, millisecondsSchema, originSchema, portSchema } from '@cruddur/service';
import { z } from 'zod';

export const HomeActivitiesConfigSchema = z.object({
  HOST: hostSchema,
  HOME_ACTIVITIES_PORT: portSchema.default(4568),
  USER_ACTIVITIES_URL: originSchema.default('http://127.0.0.1:4569'),
  /** For one attempt. Two of them must fit into the gateway's patience (HOME_ACTIVITIES_TIMEOUT_MS). */
  USER_ACTIVITIES_TIMEOUT_MS: millisecondsSchema.min(1, 'must be at least 1').default(1_000),
});

export type HomeActivitiesConfig = z.infer<typeof HomeActivitiesConfigSchema>;
