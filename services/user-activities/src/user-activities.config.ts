import { z } from 'zod';
import { isDatabaseUrl } from '@cruddur/postgres';
import { hostSchema, portSchema } from '@cruddur/service';

const DATABASE_URL_MISSING = 'is missing: postgres://user:password@host:5432/database';

export const UserActivitiesConfigSchema = z.object({
  HOST: hostSchema,
  USER_ACTIVITIES_PORT: portSchema.default(4569),
  DATABASE_URL: z
    .string(DATABASE_URL_MISSING)
    .refine(isDatabaseUrl, 'must be postgres://user:password@host:5432/database'),
});

export type UserActivitiesConfig = z.infer<typeof UserActivitiesConfigSchema>;
