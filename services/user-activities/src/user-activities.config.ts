import { z } from 'zod';
import { brokerUrlSchema, tcpUrlSchema } from '@cruddur/messaging';
import { databaseUrlSchema } from '@cruddur/postgres';
import { hostSchema, millisecondsSchema, portSchema } from '@cruddur/service';

export const UserActivitiesConfigSchema = z.object({
  HOST: hostSchema,
  USER_ACTIVITIES_PORT: portSchema.default(4569),
  DATABASE_URL: databaseUrlSchema,
  /** Where home-activities takes events when there is no broker. */
  HOME_ACTIVITIES_EVENTS_URL: tcpUrlSchema.default('tcp://127.0.0.1:4571'),
  /** A RabbitMQ, for events to go through. */
  EVENTS_URL: brokerUrlSchema.optional(),
  /** For one event to be acknowledged. Shorter than the database lets a transaction wait, which is ten seconds. */
  EVENTS_TIMEOUT_MS: millisecondsSchema.min(1, 'must be at least 1').max(8_000, 'must be at most 8000').default(5_000),
});

export type UserActivitiesConfig = z.infer<typeof UserActivitiesConfigSchema>;
