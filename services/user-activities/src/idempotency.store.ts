import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IdempotencyKeyReusedError } from '@cruddur/contracts';
import { deleteSome, Postgres, type Queryable, statement } from '@cruddur/postgres';

/** Who asks for what under which key. `request` is everything that makes it this request and no other. */
export interface KeyedRequest {
  user_uuid: string;
  key: string;
  request: unknown[];
}

export const KEY_LIFETIME = '24 hours';

/** A row comes back when the key was free or its lifetime over. Who holds it in another transaction is waited for. */
const CLAIM = statement(
  'idempotency_keys.claim',
  `
    INSERT INTO idempotency_keys AS held (user_uuid, key, fingerprint) VALUES ($1, $2, $3)
    ON CONFLICT (user_uuid, key)
      DO UPDATE SET fingerprint = excluded.fingerprint, answer = NULL, created_at = now()
      WHERE held.created_at < now() - interval '${KEY_LIFETIME}'
    RETURNING key`,
);
const GET = statement(
  'idempotency_keys.get',
  'SELECT fingerprint, answer FROM idempotency_keys WHERE user_uuid = $1 AND key = $2',
);
const KEEP = statement(
  'idempotency_keys.keep',
  'UPDATE idempotency_keys SET answer = $3 WHERE user_uuid = $1 AND key = $2',
);
export const OLD_IDEMPOTENCY_KEYS = deleteSome(
  'idempotency_keys',
  'user_uuid, key',
  `created_at < now() - interval '${KEY_LIFETIME}'`,
);

/** The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header): a request does its work once. */
@Injectable()
export class IdempotencyStore {
  constructor(private readonly postgres: Postgres) {}

  /**
   * The answer of the first request with this user and key. The work, the key and the answer are one transaction, so a
   * key never stands for half a piece of work, and one whose work failed is free again.
   *
   * @throws IdempotencyKeyReusedError when the first request was another one
   */
  once<T>({ user_uuid, key, request }: KeyedRequest, work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
    return this.postgres.transaction(async (transaction) => {
      const claimed = await transaction.query({ ...CLAIM, values: [user_uuid, key, fingerprint] });
      if (claimed.length === 0) {
        const [first] = await transaction.query<{ fingerprint: string; answer: T }>({
          ...GET,
          values: [user_uuid, key],
        });
        if (first?.fingerprint !== fingerprint) throw new IdempotencyKeyReusedError();
        return first.answer;
      }
      const answer = await work(transaction);
      await transaction.query({ ...KEEP, values: [user_uuid, key, JSON.stringify(answer)] });
      return answer;
    });
  }
}
