import { Injectable } from '@nestjs/common';
import type { CloudEvent } from '@cruddur/messaging';
import { deleteSome, Postgres, type Queryable, statement } from '@cruddur/postgres';
import { context, propagation } from '@opentelemetry/api';

/** An event as the relay takes it out of the outbox. */
export interface QueuedEvent {
  id: string;
  type: string;
  data: unknown;
  /** What the propagator wrote in the request that the event comes from. */
  carrier: Record<string, string>;
  time: string;
  /** Times that the receiver has failed on it. */
  failures: number;
  /** Milliseconds since it was written. */
  waited: number;
}

/** What is in the outbox: unsent events, the age in seconds of the oldest, those that have failed, and dead letters. */
export interface Backlog {
  unsent: number;
  oldest_seconds: number;
  retrying: number;
  dead: number;
}

export type FailedDelivery = { id: string; reason: string; dead: boolean };

const SOURCE = '/user-activities';
const KEPT = '1 hour';

/** Of many relays each takes other rows. A relay that dies gives them back with its transaction. */
const CLAIM = statement(
  'outbox.claim',
  `SELECT id, type, data, carrier, rfc3339(created_at) AS time, failures,
    (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS waited
  FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL AND next_at <= now()
  ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED`,
);
const MARK_SENT = statement('outbox.mark_sent', 'UPDATE outbox SET sent_at = now() WHERE id = ANY ($1::uuid[])');
const MARK_FAILED = statement(
  'outbox.mark_failed',
  `UPDATE outbox SET failures = failures + 1, last_error = failed.reason,
    next_at = now() + least(30, 0.2 * 2 ^ least(failures, 10)) * interval '1 second',
    dead_at = CASE WHEN failed.dead THEN now() END
  FROM unnest($1::uuid[], $2::text[], $3::boolean[]) AS failed (id, reason, dead) WHERE outbox.id = failed.id`,
);
const MEASURE = statement(
  'outbox.measure',
  `SELECT count(*)::int AS unsent, count(*) FILTER (WHERE failures > 0)::int AS retrying,
    coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_seconds,
    (SELECT count(*)::int FROM outbox WHERE dead_at IS NOT NULL) AS dead
  FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL`,
);
export const SENT_EVENTS = deleteSome('outbox', 'id', `sent_at < now() - interval '${KEPT}'`);

/** The active trace context and baggage, to be kept with an event that is about to be written. */
export function currentCarrier(): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

export function toCloudEvent({ id, type, time, data }: QueuedEvent): CloudEvent {
  return { specversion: '1.0', id, source: SOURCE, type, time, data };
}

/** The transactional outbox: events are written with what they tell of (`activity.sql.ts`), and sent from here. */
@Injectable()
export class OutboxStore {
  constructor(private readonly postgres: Postgres) {}

  /** Holds the rows of at most `limit` events until `deliver` is done with them. @returns how many there were */
  async takeBatch(
    limit: number,
    deliver: (events: QueuedEvent[]) => Promise<{ sent: string[]; failed: FailedDelivery[] }>,
  ): Promise<number> {
    return this.postgres.transaction(async (transaction) => {
      const events = await transaction.query<QueuedEvent>({ ...CLAIM, values: [limit] });
      if (events.length === 0) return 0;
      const { sent, failed } = await deliver(events);
      if (sent.length > 0) await transaction.query({ ...MARK_SENT, values: [sent] });
      if (failed.length > 0) await markFailed(transaction, failed);
      return events.length;
    });
  }

  async measure(): Promise<Backlog> {
    return (await this.postgres.query<Backlog>(MEASURE))[0]!;
  }
}

async function markFailed(transaction: Queryable, failed: FailedDelivery[]): Promise<void> {
  const values = [failed.map(({ id }) => id), failed.map(({ reason }) => reason), failed.map(({ dead }) => dead)];
  await transaction.query({ ...MARK_FAILED, values });
}
