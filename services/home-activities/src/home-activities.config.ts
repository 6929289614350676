import { hostSchema, millisecondsSchema, originSchema, portSchema, readConfig } from '@cruddur/service';
import { z } from 'zod';

const EnvironmentSchema = z.object({
  HOST: hostSchema,
  HOME_ACTIVITIES_PORT: portSchema.default(4568),
  USER_ACTIVITIES_URL: originSchema.default('http://127.0.0.1:4569'),
  /** For one attempt. Two of them must fit into the gateway's own patience with this service. */
  USER_ACTIVITIES_TIMEOUT_MS: millisecondsSchema.default(1_000),
});

export interface HomeActivitiesConfig {
  host: string;
  port: number;
  userActivities: { origin: string; timeoutMs: number };
}

export function readHomeActivitiesConfig(environment?: NodeJS.ProcessEnv): HomeActivitiesConfig {
  const env = readConfig(EnvironmentSchema, environment);
  return {
    host: env.HOST,
    port: env.HOME_ACTIVITIES_PORT,
    userActivities: { origin: env.USER_ACTIVITIES_URL, timeoutMs: env.USER_ACTIVITIES_TIMEOUT_MS },
  };
}
