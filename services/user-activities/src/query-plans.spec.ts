import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_USER_UUID } from '@cruddur/contracts';
import { TestServer } from '../../../libs/postgres/testing/test-server.js';
import { TestService } from '../testing/test-service.js';
import * as statements from './activity.sql.js';

const START = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 41];
let server: TestServer;
let service: TestService;

beforeAll(async () => {
  server = await TestServer.start();
  service = await TestService.start(await server.createDatabase());
  await service.database.query(`
    INSERT INTO users (handle, display_name) SELECT 'user_' || n, 'User ' || n FROM generate_series(1, 500) n;
    INSERT INTO activities (user_uuid, message, created_at, expires_at)
      SELECT u.uuid, 'Message ' || n || ' of ' || u.handle, now() - n * interval '1 minute', now() + interval '1 day'
      FROM users u, generate_series(1, 60) n;
    INSERT INTO replies (activity_uuid, user_uuid, message) SELECT uuid, user_uuid, 'Reply' FROM activities;
    UPDATE activities SET replies_count = 1;
    INSERT INTO notifications SELECT user_uuid, uuid, 'mention', uuid, NULL, created_at FROM activities
      ON CONFLICT DO NOTHING;
    ANALYZE`);
}, 60_000);
afterAll(async () => {
  await service?.stop();
  await server?.stop();
});

/** Tables read from end to end by the statement's generic plan, the one a prepared statement settles on. */
async function scannedTables({ text }: { text: string }, values: unknown[]): Promise<string[]> {
  const client = await service.database.connect();
  try {
    await client.query('SET plan_cache_mode = force_generic_plan');
    await client.query(`PREPARE probe AS ${text}`);
    const literals = values.map((value) => client.escapeLiteral(String(value)));
    const { rows } = await client.query<{ 'QUERY PLAN': object }>(
      `EXPLAIN (FORMAT JSON) EXECUTE probe (${literals.join(', ')})`,
    );
    const plan = JSON.stringify(rows[0]!['QUERY PLAN']);
    return [...plan.matchAll(/"Node Type":"Seq Scan"[^{}]*?"Relation Name":"(\w+)"/g)].map(([, table]) => table!);
  } finally {
    client.release(true);
  }
}

describe('on a feed of thirty thousand activities', () => {
  it.each([
    ['the newest', statements.LIST_ACTIVITIES, START],
    ["a user's", statements.LIST_ACTIVITIES_OF_USER, [...START, 'user_7']],
    ['found', statements.SEARCH_ACTIVITIES, [...START, 'user_7 13']],
    ['one', statements.GET_ACTIVITY, [DEMO_USER_UUID]],
    ['notified', statements.LIST_NOTIFICATIONS, [...START, DEMO_USER_UUID]],
  ])('%s: activities, replies and notifications are read by index', async (_name, statement, values) => {
    // Users may be scanned: where the planner wants most of a small table that is the cheaper way.
    expect((await scannedTables(statement, values)).filter((table) => table !== 'users')).toEqual([]);
  });

  it('would notice a table that is read from end to end', async () => {
    const byMessage = { text: 'SELECT * FROM activities WHERE message = $1' };
    expect(await scannedTables(byMessage, ['x'])).toEqual(['activities']);
  });
});
