import { DEMO_USER_UUID, isUuid } from '@cruddur/contracts';
import { hostSchema, millisecondsSchema, originSchema, portSchema, readConfig } from '@cruddur/service';
import { z } from 'zod';

const EnvironmentSchema = z.object({
  HOST: hostSchema,
  GATEWAY_PORT: portSchema.default(4567),
  HOME_ACTIVITIES_URL: originSchema.default('http://127.0.0.1:4568'),
  /** Has room for home-activities' own attempts at user-activities, so that it can still answer from memory. */
  HOME_ACTIVITIES_TIMEOUT_MS: millisecondsSchema.default(3_000),
  USER_ACTIVITIES_URL: originSchema.default('http://127.0.0.1:4569'),
  USER_ACTIVITIES_TIMEOUT_MS: millisecondsSchema.default(2_000),
  CRUDDUR_DEMO_USER: z.string().refine(isUuid, 'must be the uuid of a user').default(DEMO_USER_UUID),
});

export interface GatewayConfig {
  host: string;
  port: number;
  homeActivities: { origin: string; timeoutMs: number };
  userActivities: { origin: string; timeoutMs: number };
  /** Who is asking, as long as nobody has to log in. */
  demoUserUuid: string;
}

export function readGatewayConfig(environment?: NodeJS.ProcessEnv): GatewayConfig {
  const env = readConfig(EnvironmentSchema, environment);
  return {
    host: env.HOST,
    port: env.GATEWAY_PORT,
    homeActivities: { origin: env.HOME_ACTIVITIES_URL, timeoutMs: env.HOME_ACTIVITIES_TIMEOUT_MS },
    userActivities: { origin: env.USER_ACTIVITIES_URL, timeoutMs: env.USER_ACTIVITIES_TIMEOUT_MS },
    demoUserUuid: env.CRUDDUR_DEMO_USER.toLowerCase(),
  };
}
