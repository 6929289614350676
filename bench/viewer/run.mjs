import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeTraces } from '../../dist/services/trace-viewer/src/receiver/otlp/protobuf.js';
import { batch } from './generate.mjs';
import { openSqlite, SQLITE_QUERIES } from './sqlite.mjs';

/*
 * npm run bench:viewer [spans]
 *
 * The built viewer as a process, against node:sqlite and against decoding alone, all in one run on one machine: read
 * the ratios. CPU seconds come from /proc, so this needs Linux.
 */

const TOTAL = Number(process.argv[2] ?? 1_000_000);
const BATCH = 2048;
const HOUR = 3_600_000;
const directory = mkdtempSync(join(tmpdir(), 'bench-viewer-'));
const round = (value, digits = 1) => Number(value.toFixed(digits));
const perSecond = (count, seconds) => Math.round(count / seconds);
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const percentile95 = (values) => values.sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1];
const cpuSeconds = (usage) => (usage.user + usage.system) / 1e6;

function processCpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
const peakMegabytes = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function startViewer() {
  // As npm start starts it.
  const env = {
    MALLOC_ARENA_MAX: '2',
    ...process.env,
    VIEWER_PORT: '0',
    VIEWER_HOST: '127.0.0.1',
    VIEWER_DATA_DIR: join(directory, 'data'),
  };
  const viewer = spawn(process.execPath, ['dist/services/trace-viewer/src/main.js'], {
    env,
    stdio: ['ignore', 'pipe', 2],
  });
  const base = await new Promise((resolve, reject) => {
    viewer.once('exit', () => reject(new Error('the viewer did not start; is it built?')));
    viewer.stdout.on('data', (chunk) => {
      const address = /listening on (http:[^"]+)/.exec(String(chunk))?.[1];
      if (address) resolve(address);
    });
  });
  return { viewer, base };
}

async function send(base, body) {
  const response = await fetch(`${base}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body,
  });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`the viewer answered ${response.status}`);
}

function measureDecoding() {
  const bodies = Array.from({ length: 20 }, () => batch(BATCH));
  for (const { body } of bodies) decodeTraces(body);
  const before = process.cpuUsage();
  let spans = 0;
  for (let i = 0; i < 5; i++) for (const { body } of bodies) spans += decodeTraces(body).length;
  return perSecond(spans, cpuSeconds(process.cpuUsage(before)));
}

/** Sends the same bodies to the viewer and to SQLite, as if they had come in over the last hour. */
async function fill(base, pid, sqlite) {
  const times = { viewerWall: 0, viewerCpu: 0, sqliteCpu: 0, spans: 0, traceIds: [] };
  while (times.spans < TOTAL) {
    const chunk = Array.from({ length: 16 }, (_, i) => {
      const age = HOUR * (1 - Math.min(1, (times.spans + i * BATCH) / TOTAL));
      return batch(BATCH, Date.now() - age, 2000);
    });
    const [wall, cpu] = [performance.now(), processCpuSeconds(pid)];
    // Four requests at a time, as several services would.
    for (let i = 0; i < chunk.length; i += 4)
      await Promise.all(chunk.slice(i, i + 4).map(({ body }) => send(base, body)));
    times.viewerWall += (performance.now() - wall) / 1000;
    times.viewerCpu += processCpuSeconds(pid) - cpu;
    const own = process.cpuUsage();
    for (const { body } of chunk) sqlite.add(decodeTraces(body));
    times.sqliteCpu += cpuSeconds(process.cpuUsage(own));
    for (const { spans, traceIds } of chunk) {
      times.spans += spans;
      times.traceIds.push(traceIds[0]);
    }
  }
  return times;
}

/** 5,000 spans a second until `stop` is called. */
function ingestSteadily(base) {
  let running = true;
  const done = (async () => {
    let due = performance.now();
    while (running) {
      const { body, spans } = batch(500, Date.now(), 100);
      await send(base, body);
      due += spans / 5;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
  })();
  return () => {
    running = false;
    return done;
  };
}

const P95 = { op: 'P95', column: 'duration_ms' };
const onlySpans = { column: 'meta.annotation_type', op: 'does-not-exist' };
const QUERIES = {
  'query: p95 by service and name': { calculations: [P95], breakdowns: ['service.name', 'name'], filters: [onlySpans] },
  'query: p95 by user id': {
    calculations: [P95],
    breakdowns: ['user.id'],
    filters: [{ column: 'user.id', op: 'exists' }],
  },
  'query: heatmap': {
    calculations: [{ op: 'HEATMAP', column: 'duration_ms' }],
    filters: [{ column: 'trace.parent_id', op: 'does-not-exist' }, onlySpans],
  },
  'query: errors by route': { breakdowns: ['http.route'], filters: [{ column: 'error', op: '=', value: true }] },
};

async function latencies(ask, rounds = 15) {
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const began = performance.now();
    await ask(i);
    times.push(performance.now() - began);
  }
  return { p50: median(times), p95: percentile95(times) };
}

async function measureReads(base, traceIds) {
  const get = async (path, init) => {
    const response = await fetch(base + path, init);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  };
  const query = (spec) => () =>
    get('/api/query', { method: 'POST', body: JSON.stringify({ ...spec, time_range: 7200 }) });
  const asked = {
    list: () => get('/api/traces?limit=50'),
    trace: (i) => get(`/api/traces/${traceIds[(i * 7919) % traceIds.length]}`),
    'compare (services)': () => get('/api/services'),
    ...Object.fromEntries(Object.entries(QUERIES).map(([name, spec]) => [name, query(spec)])),
  };
  const measured = {};
  for (const [name, ask] of Object.entries(asked)) measured[name] = await latencies(ask);
  return measured;
}

const { viewer, base } = await startViewer();
const sqlite = openSqlite(join(directory, 'spans.sqlite'));
try {
  const decoding = measureDecoding();
  const filled = await fill(base, viewer.pid, sqlite);
  const memoryOfIngest = peakMegabytes(viewer.pid);
  const ingest = perSecond(filled.spans, filled.viewerCpu);
  const sqliteIngest = perSecond(filled.spans, filled.sqliteCpu);
  console.log(`spans ${filled.spans}`);
  console.table({
    'decoding alone': { 'spans per CPU second': decoding, ratio: 1 },
    'viewer, HTTP to disk': { 'spans per CPU second': ingest, ratio: round(ingest / decoding, 2) },
    'node:sqlite, decode to disk': { 'spans per CPU second': sqliteIngest, ratio: round(sqliteIngest / decoding, 2) },
  });
  console.log(`viewer, wall clock: ${perSecond(filled.spans, filled.viewerWall)} spans/s`);

  const stop = ingestSteadily(base);
  const loaded = await measureReads(base, filled.traceIds);
  await stop();
  const idle = await measureReads(base, filled.traceIds);
  const memory = peakMegabytes(viewer.pid);
  // Before SQLite's queries: they take so long that the viewer closes the connection meanwhile.
  const status = await (await fetch(`${base}/api/status`)).json();
  const rows = {};
  for (const [name, { p50, p95 }] of Object.entries(loaded)) {
    const sql = SQLITE_QUERIES[name];
    const parameter = (i) => (name === 'trace' ? [filled.traceIds[(i * 7919) % filled.traceIds.length]] : []);
    const other = sql ? (await latencies((i) => sqlite.all(sql, ...parameter(i)), 3)).p50 : null;
    rows[name] = {
      'p50 ms, ingesting': round(p50),
      'p95 ms, ingesting': round(p95),
      'p50 ms, idle': round(idle[name].p50),
      'node:sqlite ms': other === null ? '' : round(other),
      'sqlite / viewer idle': other === null ? '' : round(other / idle[name].p50, 1),
    };
  }
  console.table(rows);

  const perMillion = (bytes, spans) => round(bytes / spans, 0);
  console.table({
    viewer: {
      'MB per million spans': perMillion(status.store_bytes, status.spans),
      'peak memory, MB, ingesting': round(memoryOfIngest, 0),
      'peak memory, MB, in all': round(memory, 0),
    },
    'node:sqlite': { 'MB per million spans': perMillion(sqlite.size(), filled.spans) },
  });
} finally {
  viewer.kill('SIGTERM');
  sqlite.close();
  await new Promise((resolve) => (viewer.exitCode === null ? viewer.once('exit', resolve) : resolve()));
  rmSync(directory, { recursive: true, force: true });
}
