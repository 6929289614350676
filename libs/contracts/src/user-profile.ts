import { z } from 'zod';
import { HandleSchema, uuidSchema } from './identifiers.js';

/** Pat Larkin of the seeded demo feed: who asks, as long as nobody has to log in. */
export const DEMO_USER_UUID = '5c1f0a52-9b7e-4d0e-8a36-1f2d3c4b5a61';

export const UserProfileSchema = z.object({
  uuid: uuidSchema(),
  handle: HandleSchema,
  display_name: z.string(),
});
export type UserProfile = z.infer<typeof UserProfileSchema>;
