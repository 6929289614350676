import { Injectable } from '@nestjs/common';
import { type UserProfile } from '@cruddur/contracts';
import { Postgres, type Queryable, statement } from '@cruddur/postgres';

const GET_PROFILES = statement(
  'users.get_profiles',
  'SELECT uuid, handle, display_name FROM users WHERE uuid = ANY ($1::uuid[])',
);
const UUID_EXISTS = statement('users.uuid_exists', 'SELECT 1 FROM users WHERE uuid = $1');
const HANDLE_EXISTS = statement('users.handle_exists', 'SELECT 1 FROM users WHERE handle = $1');

@Injectable()
export class UserStore {
  constructor(private readonly postgres: Postgres) {}

  /** In no particular order, each once, without those that do not exist. */
  getProfiles(userUuids: string[]): Promise<UserProfile[]> {
    return this.postgres.query<UserProfile>({ ...GET_PROFILES, values: [userUuids] });
  }

  async exists(userUuid: string, on: Queryable = this.postgres): Promise<boolean> {
    return (await on.query({ ...UUID_EXISTS, values: [userUuid] })).length > 0;
  }

  async handleExists(handle: string): Promise<boolean> {
    return (await this.postgres.query({ ...HANDLE_EXISTS, values: [handle] })).length > 0;
  }
}
