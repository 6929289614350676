import { describe, expect, it } from '@jest/globals';
import { type Status } from '../api/types.js';
import { warningsOf } from './warnings.js';

const time = '2026-11-21T04:00:00.000000000Z';
const status = (changes: Partial<Status>): Status => ({
  spans: 1,
  logs: 0,
  oldest: time,
  store_bytes: 1,
  retention: { max_age_hours: 168, max_bytes: 1_073_741_824 },
  received: { spans: 1, logs: 0 },
  duplicates: 0,
  dropped: { spans: 0, logs: 0, requests: 0, reason: null },
  full_since: null,
  unclean_stop: null,
  started: time,
  ...changes,
});
const texts = (changes: Partial<Status>) => warningsOf(status(changes)).map(({ text }) => text);

describe('the warnings above every page', () => {
  it('are none while all is well', () => {
    expect(texts({})).toEqual([]);
  });

  it('count what was dropped, and say why', () => {
    expect(texts({ dropped: { spans: 1200, logs: 3, requests: 0, reason: 'the queue is full' } })).toEqual([
      '1,200 spans and 3 log lines were dropped: the queue is full. Traces may have gaps.',
    ]);
  });

  it('say that the store is full, and what was lost when the viewer was killed', () => {
    const [full, unclean] = texts({ full_since: time, unclean_stop: { last_seen: time } });
    expect(full).toMatch(/^The store is full \(1\.07 GB\): .* the oldest traces make room for new ones\.$/);
    expect(unclean).toMatch(/up to a second of spans before .* may be missing/);
  });
});
