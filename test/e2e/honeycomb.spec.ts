import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { freePorts } from '../support/free-ports.js';
import { CONFIGURATION_KEY, HoneycombManagementApi } from '../support/honeycomb-api.js';

// Most tests start the command several times.
jest.setTimeout(60_000);

const REPOSITORY = join(import.meta.dirname, '..', '..');
const COMMAND = join(REPOSITORY, 'tools/honeycomb/honeycomb.ts');
const columnsFile = JSON.parse(readFileSync(join(REPOSITORY, 'honeycomb/columns.json'), 'utf8')) as {
  datasets: string[];
  columns: Record<string, { type: string; description: string; create?: boolean }>;
};
/** What every span brings, and what spans of statements and of the outbox bring; the seldom ones are left out. */
const EVERYWHERE = ['name', 'duration_ms', 'service.name', 'trace.trace_id', 'trace.parent_id', 'span.kind', 'user.id'];
const HTTP = ['http.route', 'http.response.status_code'];
const BEHIND = ['db.query.text', 'cruddur.outbox.wait_ms'];

let folder: string;
let honeycomb: HoneycombManagementApi;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cruddur-honeycomb-'));
  for (const name of ['queries', 'honeycomb']) cpSync(join(REPOSITORY, name), join(folder, name), { recursive: true });
  honeycomb = await new HoneycombManagementApi().start();
});
afterEach(async () => {
  await honeycomb.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** The command as a process, in a folder that has files like the project's, with nothing of this environment. */
async function run(args: string[], env: Record<string, string> = honeycomb.env): Promise<Outcome> {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder, env: { PATH: process.env.PATH, ...env } });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  for (const key of [env.HONEYCOMB_CONFIG_KEY, CONFIGURATION_KEY].filter(Boolean)) {
    expect(stdout + stderr).not.toContain(key);
  }
  return { status, stdout, stderr };
}

function receive(dataset: string, names: string[]): void {
  honeycomb.receiveEvents(
    dataset,
    Object.fromEntries(names.map((name) => [name, columnsFile.columns[name]?.type ?? 'string'])),
  );
}

function receiveAll(): void {
  receive('gateway', [...EVERYWHERE, ...HTTP]);
  receive('home-activities', [...EVERYWHERE, ...HTTP, 'db.query.text']);
  receive('user-activities', [...EVERYWHERE, ...HTTP, ...BEHIND]);
}

function edit(file: string, change: (content: any) => unknown): void {
  const content: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  change(content);
  writeFileSync(join(folder, file), JSON.stringify(content));
}

const names = (kind: 'query_annotations' | 'boards') => honeycomb.all(kind).map(({ name }) => name as string);

describe('honeycomb sync', () => {
  it('makes what the files say, which Honeycomb accepts, and nothing more the second time', async () => {
    receiveAll();
    const first = await run(['sync']);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(honeycomb.violations).toEqual([]);
    expect(names('query_annotations').sort()).toEqual([
      'Errors by route',
      'Latency by user id',
      'Recent traces',
      'Services compared',
      'Slowest database statements',
    ]);
    expect(honeycomb.all('boards')).toMatchObject([{ name: 'Overview', type: 'flexible', panels: { length: 5 } }]);
    expect(honeycomb.all('triggers', 'gateway').map(({ name }) => name as string)).toEqual([
      'Gateway: requests fail',
      'Gateway: slow answers',
    ]);
    expect(honeycomb.all('triggers', 'user-activities')).toHaveLength(1);
    const error = honeycomb.all('columns', 'gateway').find(({ key_name }) => key_name === 'error');
    expect(error).toMatchObject({ type: 'boolean', description: columnsFile.columns.error?.description });

    const { state, writes } = honeycomb;
    const second = await run(['sync']);
    expect(second).toMatchObject({ status: 0, stderr: '' });
    expect(second.stdout).toMatch(/^\d+ unchanged$/m);
    expect(honeycomb.writes).toEqual(writes);
    expect(honeycomb.state).toBe(state);
  });

  it('writes nothing in a dry run, and says what it would write', async () => {
    receiveAll();
    const { state } = honeycomb;
    const { status, stdout } = await run(['sync', '--dry-run']);
    expect(status).toBe(0);
    expect(honeycomb.writes).toEqual([]);
    expect(honeycomb.state).toBe(state);
    expect(stdout).toContain('team cruddur, environment test');
    for (const line of [
      'would create column gateway: error',
      'would create query Latency by user id',
      'would create board Overview',
      'would create trigger Gateway: slow answers',
    ]) {
      expect(stdout).toContain(line);
    }
    // As many as the real run then makes.
    const foretold = stdout.match(/^would /gm)?.length;
    const real = await run(['sync']);
    expect(real.stdout.match(/^(created|updated|removed) /gm)).toHaveLength(foretold!);
  });

  it('puts a changed query in the place of the former one, and leaves what people have added', async () => {
    receiveAll();
    await run(['sync']);
    const board = honeycomb.all('boards')[0]!;
    const note = { type: 'text', text_panel: { content: 'ask the team' }, position: { width: 12, height: 2 } };
    board.panels = [...(board.panels as object[]), note];
    board.tags = [{ key: 'team', value: 'feed' }];
    expect((await run(['sync'])).stdout).toMatch(/^\d+ unchanged$/m);

    edit('queries/latency-by-user-id.json', ({ query }) => void (query.time_range = 7_200));
    const { status, stdout } = await run(['sync']);
    expect(status).toBe(0);
    expect(stdout).toContain('updated query Latency by user id\nupdated board Overview\nremoved query');
    expect(honeycomb.violations).toEqual([]);
    expect(names('query_annotations')).toHaveLength(5);
    const annotation = honeycomb.all('query_annotations').find(({ name }) => name === 'Latency by user id')!;
    expect(honeycomb.things.queries.get(annotation.query_id as string)).toMatchObject({ time_range: 7_200 });
    const updated = honeycomb.all('boards')[0]!;
    expect(updated.tags).toEqual(board.tags);
    expect(updated.panels).toHaveLength(6);
    expect(updated.panels[5]).toMatchObject({ text_panel: note.text_panel });
    expect((await run(['sync'])).stdout).toMatch(/^\d+ unchanged$/m);
  });

  it('updates a trigger without forgetting whom it tells', async () => {
    receiveAll();
    expect((await run(['sync'])).stdout).toContain('trigger Gateway: slow answers tells nobody');
    const slow = honeycomb.all('triggers', 'gateway').find(({ name }) => name === 'Gateway: slow answers')!;
    Object.assign(slow, { recipients: [{ id: 'r1', type: 'email', target: 'a@b.example' }], disabled: true });
    edit('honeycomb/triggers/gateway-slow.json', ({ threshold }) => (threshold.value = 500));
    const { stdout } = await run(['sync']);
    expect(stdout).toContain('updated trigger Gateway: slow answers');
    expect(stdout).not.toContain('Gateway: slow answers tells nobody');
    expect(honeycomb.things.triggers.get(slow.id)).toMatchObject({
      threshold: { value: 500 },
      recipients: [{ id: 'r1' }],
      disabled: true,
    });
  });

  it('describes columns without touching their type, and says where a type differs', async () => {
    receiveAll();
    honeycomb.receiveEvents('gateway', { 'url.path': 'integer' });
    const { status, stdout } = await run(['sync']);
    expect(status).toBe(0);
    expect(stdout).toContain('column url.path of gateway is integer, and honeycomb/columns.json says string');
    const column = honeycomb.all('columns', 'gateway').find(({ key_name }) => key_name === 'url.path');
    expect(column).toMatchObject({ type: 'integer', description: columnsFile.columns['url.path']?.description });
  });

  it('names the columns that it waits for, does the rest, and goes on once they are there', async () => {
    receive('gateway', [...EVERYWHERE, ...HTTP]);
    const early = await run(['sync']);
    expect(early.status).toBe(1);
    expect(early.stdout).toContain('query Slowest database statements waits for data with db.query.text');
    expect(early.stdout).toContain('board Overview waits for query Slowest database statements');
    expect(early.stdout).toContain('trigger Events: late in the timeline waits for the first data of user-activities');
    expect(early.stdout).toContain('dataset user-activities has had no data yet');
    expect(honeycomb.violations).toEqual([]);
    expect(honeycomb.all('boards')[0]?.panels).toHaveLength(4);

    receiveAll();
    expect((await run(['sync'])).status).toBe(0);
    expect(honeycomb.all('boards')[0]?.panels).toHaveLength(5);
  });

  it('has nothing to do but wait in an environment without data', async () => {
    const { status, stdout } = await run(['sync']);
    expect(status).toBe(1);
    expect(stdout).toContain('run this again');
    expect(honeycomb.writes).toEqual([]);
  });

  it('names every file with something wrong in it, before it sends anything', async () => {
    writeFileSync(join(folder, 'queries/broken.json'), '{');
    edit('queries/recent-traces.json', ({ query }) => (query.calculations[1].op = 'MEDIAN'));
    edit('queries/boards/overview.json', (board) => (board.queries = [...(board.queries as string[]), 'nowhere']));
    edit('honeycomb/triggers/gateway-slow.json', ({ query }) => void (query.time_range = 7_200));
    edit('honeycomb/triggers/gateway-errors.json', (trigger) => (trigger.dataset = 'elsewhere'));
    const { status, stderr } = await run(['sync']);
    expect(status).toBe(1);
    for (const part of [
      'queries/broken.json',
      'queries/recent-traces.json: query.calculations.1.op',
      'queries/boards/overview.json: there is no queries/nowhere.json',
      'honeycomb/triggers/gateway-slow.json: query.time_range: is at most four times the frequency',
      'honeycomb/triggers/gateway-errors.json: dataset elsewhere',
    ]) {
      expect(stderr).toContain(part);
    }
    expect(honeycomb.requests).toEqual([]);
  });

  it('goes on with the other files when Honeycomb refuses one, and quotes it', async () => {
    receiveAll();
    // The trace viewer lets a query order by what it does not show; Honeycomb does not.
    edit('queries/errors-by-route.json', ({ query }) => (query.orders = [{ op: 'MAX', column: 'duration_ms' }]));
    const { status, stdout } = await run(['sync']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/queries\/errors-by-route\.json: .*422: order by MAX duration_ms/);
    expect(names('query_annotations')).toHaveLength(4);
    expect(stdout).toContain('created trigger Gateway: slow answers');
  });
});

describe('the key', () => {
  it.each([
    ['missing', '', 'HONEYCOMB_CONFIG_KEY is not set'],
    ['an ingest key', `hcxik_${'0'.repeat(58)}`, 'is an ingest key'],
    ['a management key', `hcxmk_${'0'.repeat(58)}`, 'is a management key'],
    ['a classic key', '0'.repeat(32), 'is a classic key'],
    ['malformed', 'no-key-at-all', 'does not look like a key'],
    ['two lines', `hcxlk_${'0'.repeat(20)}\n${'0'.repeat(20)}`, 'does not look like a key'],
  ])('%s: says so and where to find the right one, and asks nobody', async (_, key, message) => {
    const { status, stderr } = await run(['sync'], { ...honeycomb.env, HONEYCOMB_CONFIG_KEY: key });
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain('Environment Settings > API Keys > Configuration');
    expect(honeycomb.requests).toEqual([]);
  });

  it('of another type is refused before anything is written', async () => {
    honeycomb.keyType = 'ingest';
    const { status, stderr } = await run(['sync']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('of type ingest')]);
    expect(honeycomb.writes).toEqual([]);
  });

  it('without a permission is refused with the name of the check box', async () => {
    Object.assign(honeycomb.access, { boards: false, triggers: false });
    const { status, stderr } = await run(['sync']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('«Manage Public Boards», «Manage Triggers»')]);
    expect(honeycomb.writes).toEqual([]);
  });

  it.each([
    ['z'.repeat(22), 'EU: HONEYCOMB_API_ENDPOINT'],
    [`hcxlk_${'0'.repeat(26)}`, 'which is how a configuration key is named'],
  ])('that nobody knows (401): says what to try', async (key, message) => {
    const { status, stderr } = await run(['sync'], { ...honeycomb.env, HONEYCOMB_CONFIG_KEY: key });
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  it('that may not do one thing after all (403): says which', async () => {
    honeycomb.answers.push({
      body: { type: 'configuration', environment: { slug: 'test' }, api_key_access: honeycomb.access },
    });
    honeycomb.answers.push({ status: 403, body: { error: `not with ${CONFIGURATION_KEY}` } });
    const { status, stderr } = await run(['sync']);
    expect(status).toBe(1);
    expect(stderr).toContain('Honeycomb refuses GET /1/columns/gateway to this key (403: not with [key])');
  });
});

describe('Honeycomb misbehaving', () => {
  it('429: waits as long as it is told, then does everything once', async () => {
    receiveAll();
    honeycomb.answers.push({ status: 429, headers: { 'retry-after': '1' }, body: { status: 429 } });
    const before = performance.now();
    const { status, stderr } = await run(['sync']);
    expect(performance.now() - before).toBeGreaterThanOrEqual(1_000);
    expect(status).toBe(0);
    expect(stderr).toContain('again in 1 s');
    expect(names('query_annotations')).toHaveLength(5);
  });

  it('429 for longer than anybody waits: says when to come again', async () => {
    honeycomb.answers.push({ status: 429, headers: { 'retry-after': '3600' }, body: { status: 429 } });
    const { status, stderr } = await run(['sync']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('run this again in 3600 s')]);
    expect(honeycomb.requests).toHaveLength(1);
  });

  it.each([
    [500, /Honeycomb fails \(500\).*status\.honeycomb\.io/],
    ['reset', /cannot be reached \(\w+\): check the network and HONEYCOMB_API_ENDPOINT/],
  ] as const)('%s: tries again, then says what to look at', async (mode, message) => {
    honeycomb.mode = mode;
    const { status, stderr } = await run(['sync']);
    expect([status, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(honeycomb.requests).toHaveLength(4);
  });

  it('hang: gives up after the timeout, tries again, then says what to look at', async () => {
    honeycomb.mode = 'hang';
    const { status, stderr } = await run(['sync', '--timeout', '1']);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/did not answer within 1 s.*--timeout/)]);
    expect(honeycomb.requests.length).toBeGreaterThan(1);
  });

  it('a single failure is got over', async () => {
    receiveAll();
    honeycomb.answers.push({ status: 503 });
    expect((await run(['sync'])).status).toBe(0);
  });

  it('nobody there: says so at once', async () => {
    const [port] = await freePorts(1);
    const { status, stderr } = await run(['sync'], {
      ...honeycomb.env,
      HONEYCOMB_API_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining('cannot be reached (ECONNREFUSED)')]);
  });

  it('an answer without an environment: says what kind of key is needed', async () => {
    honeycomb.answers.push({ status: 204 });
    const { status, stderr } = await run(['marker', '--type', 'deploy', '--message', 'x']);
    expect(status).toBe(1);
    expect(stderr).toContain('HONEYCOMB_CONFIG_KEY belongs to Honeycomb Classic');
  });

  it.each(['honeycomb', 'ftp://honeycomb.example', 'https://me:planted-secret@honeycomb.example'])(
    'an endpoint that is none (%s): names the variable, not what it holds',
    async (endpoint) => {
      const { status, stderr } = await run(['sync'], { ...honeycomb.env, HONEYCOMB_API_ENDPOINT: endpoint });
      expect([status, stderr]).toEqual([1, expect.stringContaining('HONEYCOMB_API_ENDPOINT is not')]);
      expect(stderr).not.toContain('planted-secret');
    },
  );
});

describe('honeycomb marker', () => {
  it('marks a deployment in the whole environment', async () => {
    receiveAll();
    const args = ['--type', 'deploy', '--message', 'release 1.2', '--url', 'https://ci.example/7'];
    const { status, stdout } = await run(['marker', ...args]);
    expect(status).toBe(0);
    expect(stdout).toContain('marked deploy «release 1.2» in team cruddur, environment test');
    expect(honeycomb.all('markers')).toMatchObject([
      { type: 'deploy', message: 'release 1.2', url: 'https://ci.example/7' },
    ]);
    expect(honeycomb.violations).toEqual([]);
  });

  it('needs no more than the permission for markers', async () => {
    honeycomb.access = { markers: true };
    const done = await run(['marker', '--type', 'deploy', '--message', 'x']);
    expect(done.status).toBe(0);
    expect(honeycomb.violations).toEqual([]);
    honeycomb.access = {};
    const { status, stderr } = await run(['marker', '--type', 'deploy', '--message', 'x']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('«Manage Markers»')]);
  });
});

it.each([
  [[], 'say what to do'],
  [['delete'], 'there is no command delete'],
  [['sync', '--force'], '--force'],
  [['sync', '--timeout', 'soon'], '--timeout is not a number of seconds'],
  [['marker', '--message', 'x'], '--type is missing'],
  [['marker', '--type', 'deploy'], '--message is missing'],
  [['marker', '--type', 'deploy', '--message', 'x', '--url', 'here'], '--url is not'],
])('called wrongly, with %j: says what is wrong and how it is called', async (args, message) => {
  const { status, stderr } = await run(args);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).toContain('npm run honeycomb -- sync [--dry-run]');
});
