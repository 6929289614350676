import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { QuerySpec, type QuerySpecInput } from '../api/schemas/query.js';
import { ListLogs, ListTraces } from '../api/schemas/requests.js';
import { ServiceList } from '../api/schemas/results.js';
import { Trace } from '../api/schemas/trace.js';
import {
  bytes,
  hexId,
  integer,
  logsRequest,
  nowNs,
  otlpSpan,
  SECOND,
  temporaryDirectory,
  text,
  tracesRequest,
} from '../testing/requests.js';
import { formatNs } from '../query/time.js';
import { Engine } from './engine.js';

type Json = Record<string, unknown>;
const NO_LIMITS = { maxAgeHours: 1e6, maxBytes: 1e12, memoryLimitMb: 128 };

let directory: string;
let remove: () => void;
let engine: Engine;
const open = () => Engine.open({ directory, ...NO_LIMITS });

beforeEach(async () => {
  ({ directory, remove } = temporaryDirectory());
  engine = await open();
});
afterEach(async () => {
  await engine.close();
  remove();
});

async function send(spans: Json[], service?: string) {
  const rejected = await engine.traces(bytes(tracesRequest(spans, service)), 'json');
  await engine.flush();
  return rejected;
}
const query = (spec: QuerySpecInput) => engine.query('spans', QuerySpec.parse(spec));
const COUNT = [{ op: 'COUNT' as const }];
const one = async (filters: QuerySpecInput['filters']) => (await query({ filters })).rows[0]!['COUNT'];
const list = (request: object = {}) => engine.listTraces(ListTraces.parse(request));

describe('a trace', () => {
  it('comes back as it was sent, in microseconds from its start', async () => {
    const [traceId, start] = [hexId(16), nowNs()];
    const root = otlpSpan({
      traceId,
      kind: 2,
      name: 'GET /',
      startTimeUnixNano: `${start}`,
      endTimeUnixNano: `${start + SECOND}`,
    });
    const child = otlpSpan({
      traceId,
      parentSpanId: root['spanId'],
      startTimeUnixNano: `${start + 1001n}`,
      endTimeUnixNano: `${start + SECOND / 2n}`,
      events: [{ timeUnixNano: `${start + 5000n}`, name: 'exception', attributes: [text('exception.type', 'E')] }],
      links: [{ traceId: hexId(16), spanId: hexId(8), attributes: [integer('n', 1)] }],
      status: { code: 2, message: 'failed' },
    });
    // The child first: order of arrival means nothing.
    await send([child], 'user-activities');
    await send([root], 'gateway');
    const trace = Trace.parse(await engine.trace(traceId));
    expect(trace).toMatchObject({ duration_us: 1e6, services: ['gateway', 'user-activities'], missing_parents: [] });
    expect(trace.spans.map((span) => span.name)).toEqual(['GET /', 'work']);
    expect(trace.spans[0]).toMatchObject({ kind: 'server', parent_span_id: null, start_us: 0, self_us: 500_001.001 });
    expect(trace.spans[1]).toMatchObject({
      start_us: 1.001,
      status: { code: 'error', message: 'failed' },
      events: [{ time_us: 5, name: 'exception', attributes: { 'exception.type': 'E' } }],
      links: [{ attributes: { n: 1 } }],
    });
    const { traces } = await list();
    expect(traces).toMatchObject([{ root: { service: 'gateway', name: 'GET /' }, span_count: 2, error_count: 1 }]);
  });

  it('holds a span once, however often its batch is sent, also after a restart', async () => {
    const span = otlpSpan();
    await send([span]);
    await send([span, otlpSpan({ traceId: span['traceId'] })]);
    await engine.close();
    engine = await open();
    await send([span]);
    expect((await list()).traces[0]!.span_count).toBe(2);
    expect((await engine.status()).spans).toBe(2);
  });

  it('without its root is listed and names the missing parent; the root may come days late', async () => {
    const [traceId, rootId] = [hexId(16), hexId(8)];
    await send([otlpSpan({ traceId, parentSpanId: rootId })]);
    expect((await list()).traces[0]!.root).toBeNull();
    expect((await engine.trace(traceId))!.missing_parents).toEqual([rootId]);
    const late = `${nowNs() - 3n * 86_400n * SECOND}`;
    await send([otlpSpan({ traceId, spanId: rootId, startTimeUnixNano: late, endTimeUnixNano: late })]);
    const trace = (await engine.trace(traceId))!;
    expect(trace.missing_parents).toEqual([]);
    expect(trace.spans[0]!.span_id).toBe(rootId);
  });

  it('survives clocks that differ: a child before its parent, an end before its start', async () => {
    const [traceId, start] = [hexId(16), nowNs()];
    const root = otlpSpan({ traceId, startTimeUnixNano: `${start}`, endTimeUnixNano: `${start + 1000n}` });
    const early = { traceId, parentSpanId: root['spanId'], startTimeUnixNano: `${start - 500n}` };
    await send([
      root,
      otlpSpan({ ...early, endTimeUnixNano: `${start + 100n}` }),
      otlpSpan({ ...early, endTimeUnixNano: `${start - 900n}` }),
    ]);
    const { spans } = (await engine.trace(traceId))!;
    expect(spans.every((span) => span.start_us >= 0 && span.duration_us >= 0)).toBe(true);
    expect(spans.find((span) => span.span_id === root['spanId'])!.self_us).toBe(0.9);
  });

  it('of ten thousand spans comes back whole', async () => {
    const [traceId, parentSpanId] = [hexId(16), hexId(8)];
    const spans = Array.from({ length: 9_999 }, (_, i) =>
      otlpSpan({ traceId, parentSpanId, attributes: [integer('i', i)] }),
    );
    await send([otlpSpan({ traceId, spanId: parentSpanId }), ...spans]);
    const trace = (await engine.trace(traceId))!;
    expect(trace.spans).toHaveLength(10_000);
    expect(new Set(trace.spans.map((span) => span.attributes['i'])).size).toBe(10_000);
  });
});

describe('attributes', () => {
  it('keep every kind of value, and names that differ only by case or that mean a column', async () => {
    const span = otlpSpan({
      attributes: [
        text('User.id', 'upper'),
        text('user.id', 'lower'),
        text('duration_ms', 'not a duration'),
        text('a0', 'not a column'),
        text('"; DROP TABLE spans; --', 'quoted'),
        text('__proto__', 'harmless'),
        integer('big', '9007199254740993'),
        { key: 'nan', value: { doubleValue: 'NaN' } },
        { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'b' }] } } },
        { key: 'map', value: { kvlistValue: { values: [text('k', 'v')] } } },
        { key: 'bytes', value: { bytesValue: 'AAEC' } },
        { key: 'unset', value: {} },
        text('nul', 'a\u0000b'),
      ],
    });
    await send([span]);
    const { attributes } = (await engine.trace(String(span['traceId'])))!.spans[0]!;
    expect(Object.entries(attributes)).toEqual(
      expect.arrayContaining([
        ['User.id', 'upper'],
        ['user.id', 'lower'],
        ['duration_ms', 'not a duration'],
        ['a0', 'not a column'],
        ['"; DROP TABLE spans; --', 'quoted'],
        ['__proto__', 'harmless'],
        ['big', '9007199254740993'],
        ['nan', 'NaN'],
        ['list', [1, 'b']],
        ['map', { k: 'v' }],
        ['bytes', 'AAEC'],
        ['unset', null],
        ['nul', 'a\u0000b'],
      ]),
    );
    expect(await one([{ column: 'User.id', op: '=', value: 'upper' }])).toBe(1);
    expect(await one([{ column: 'User.id', op: '=', value: 'lower' }])).toBe(0);
    expect(await one([{ column: '"; DROP TABLE spans; --', op: '=', value: "' OR 1=1 --" }])).toBe(0);
    expect(await one([{ column: 'list', op: 'contains', value: '"b"' }])).toBe(1);
  });

  it('that change their type stay exact in the trace, and countable where the column can hold them', async () => {
    const spans = [integer('n', 7), text('n', '8'), text('n', 'eight')].map((one) => otlpSpan({ attributes: [one] }));
    for (const span of spans) await send([span]);
    const values = await Promise.all(
      spans.map(async (span) => (await engine.trace(String(span['traceId'])))!.spans[0]!.attributes['n']),
    );
    expect(values).toEqual([7, '8', 'eight']);
    const { rows } = await query({ calculations: [{ op: 'SUM', column: 'n' }, { op: 'COUNT' }] });
    expect(rows).toEqual([{ 'SUM(n)': 15, COUNT: 3 }]);
  });

  it('that are first seen between two commits are in their rows, however many rows wait', async () => {
    const traceId = hexId(16);
    for (const count of [1, 2047, 2048, 2049]) {
      const attributes = [integer(`new with ${count}`, count), text('long', `one of ${count} that come together`)];
      const spans = Array.from({ length: count }, () => otlpSpan({ traceId, attributes }));
      await engine.traces(bytes(tracesRequest(spans)), 'json');
    }
    await engine.flush();
    for (const count of [1, 2047, 2048, 2049]) {
      expect(await one([{ column: `new with ${count}`, op: '=', value: count }])).toBe(count);
      expect(await one([{ column: 'long', op: '=', value: `one of ${count} that come together` }])).toBe(count);
    }
    expect((await engine.trace(traceId))!.spans).toHaveLength(6145);
  });

  it('beyond the column cap can still be read and queried', async () => {
    const many = Array.from({ length: 450 }, (_, i) => integer(`attribute/${i}`, i));
    const span = otlpSpan({
      attributes: [...many, text('late~one', 'x'), { key: 'flag', value: { boolValue: true } }],
    });
    await send([span]);
    expect(Object.keys((await engine.trace(String(span['traceId'])))!.spans[0]!.attributes)).toHaveLength(452);
    expect(await one([{ column: 'attribute/449', op: '=', value: 449 }])).toBe(1);
    expect(await one([{ column: 'late~one', op: '=', value: 'x' }])).toBe(1);
    expect(await one([{ column: 'flag', op: '=', value: true }])).toBe(1);
    await engine.close();
    engine = await open();
    expect(await one([{ column: 'attribute/449', op: '=', value: 449 }])).toBe(1);
  });
});

describe('spans that cannot be', () => {
  it('are rejected and counted, the others taken', async () => {
    const bad = [
      otlpSpan({ traceId: '0'.repeat(32) }),
      otlpSpan({ spanId: 'abcd' }),
      otlpSpan({ startTimeUnixNano: '0' }),
      otlpSpan({ endTimeUnixNano: '18446744073709551615' }),
    ];
    const rejected = await send([...bad, otlpSpan({ kind: 99, status: { code: 77 } })]);
    expect(rejected).toEqual({ count: 4, reason: 'trace_id must be 16 bytes, not all zero' });
    expect(await engine.status()).toMatchObject({ spans: 1, dropped: { spans: 4 } });
  });
});

describe('logs', () => {
  it('stand beside the span that wrote them, and are found by level and text', async () => {
    const span = otlpSpan();
    await send([span]);
    const at = BigInt(String(span['startTimeUnixNano']));
    const ids = { traceId: span['traceId'], spanId: span['spanId'] };
    const records = [
      { ...ids, timeUnixNano: `${at + 1500n}`, severityNumber: 9, body: { stringValue: 'request completed' } },
      { timeUnixNano: `${at}`, severityNumber: 17, body: { kvlistValue: { values: [text('a', 'b')] } } },
      { ...ids, timeUnixNano: `${at + 100n}`, severityNumber: 13, attributes: [text('reason', 'Slow Upstream')] },
    ];
    const body = bytes(logsRequest(records));
    await engine.logs(body, 'json');
    await engine.logs(body, 'json');
    await engine.flush();
    const { logs } = (await engine.trace(String(span['traceId'])))!;
    expect(logs).toMatchObject([
      { time_us: 0.1, level: 'warn', attributes: { reason: 'Slow Upstream' } },
      { time_us: 1.5, level: 'info', body: 'request completed', span_id: span['spanId'] },
    ]);
    const find = async (request: object) =>
      (await engine.listLogs(ListLogs.parse(request))).logs.map((log) => log.body);
    expect(await find({})).toEqual(['request completed', '', '{"a":"b"}']);
    expect(await find({ level: 'error' })).toEqual(['{"a":"b"}']);
    expect(await find({ search: 'slow up' })).toEqual(['']);
    const first = await engine.listLogs(ListLogs.parse({ limit: 2 }));
    expect(first.logs).toHaveLength(2);
    expect(await find({ before: first.next_before })).toEqual(['{"a":"b"}']);
  });

  it('are all found page by page, also when more than a page are of the same nanosecond', async () => {
    const at = nowNs();
    const times = [at + 2n, ...Array.from({ length: 5 }, () => at + 1n), at];
    const records = times.map((time, n) => ({ timeUnixNano: `${time}`, body: { stringValue: `${n}` } }));
    await engine.logs(bytes(logsRequest(records)), 'json');
    await engine.flush();
    const found: string[] = [];
    for (let before: string | null | undefined; before !== null;) {
      const page = await engine.listLogs(ListLogs.parse({ limit: 2, before }));
      found.push(...page.logs.map(({ body }) => body));
      before = page.next_before;
    }
    expect(found.sort()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });
});

describe('reading while rows are stored', () => {
  it('sees a row whole or not at all, also the first one and one with a new attribute', async () => {
    let storing = true;
    const readers = Array.from({ length: 4 }, async () => {
      const seen = [];
      while (storing) seen.push(...(await engine.listLogs(ListLogs.parse({}))).logs);
      return seen;
    });
    const time = nowNs();
    const text = (n: number) => `the record with number ${n}`;
    for (let n = 0; n < 10; n++) {
      const record = { timeUnixNano: `${time}`, body: { stringValue: text(n) }, attributes: [integer(`n${n}`, n)] };
      await engine.logs(bytes(logsRequest([record])), 'json');
      await engine.flush();
    }
    storing = false;
    for (const { body, attributes, ...log } of (await Promise.all(readers)).flat()) {
      const n = Number(body.at(-1));
      expect({ body, attributes }).toEqual({ body: text(n), attributes: { [`n${n}`]: n } });
      expect(log).toMatchObject({ time: formatNs(time), service: 'gateway' });
    }
  });
});

describe('the list of traces', () => {
  it('filters, and pages without repeating or skipping traces of the same instant', async () => {
    const at = `${nowNs()}`;
    const spans = Array.from({ length: 25 }, (_, i) =>
      otlpSpan({
        name: i < 5 ? 'slow' : 'fast',
        startTimeUnixNano: at,
        endTimeUnixNano: `${BigInt(at) + (i < 5 ? 900n : 2n) * 1_000_000n}`,
      }),
    );
    await send(spans);
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await list({ limit: 10, ...(before ? { before } : {}) });
      seen.push(...page.traces.map((trace) => trace.trace_id));
      before = page.next_before ?? undefined;
    } while (before);
    expect(new Set(seen).size).toBe(25);
    expect(seen).toHaveLength(25);
    expect((await list({ min_duration_ms: 500 })).traces).toHaveLength(5);
    expect((await list({ name: 'slow', service: 'gateway' })).traces).toHaveLength(5);
    expect((await list({ name: "slow' OR '1'='1" })).traces).toHaveLength(0);
    expect((await list({ error: 'true' })).traces).toHaveLength(0);
  });
});

describe('services compared', () => {
  it('count overlapping children once, as a trace does', async () => {
    const [traceId, start] = [hexId(16), nowNs()];
    const ms = (n: number) => `${start + BigInt(n) * 1_000_000n}`;
    const span = (from: number, to: number, fields: Json = {}) =>
      otlpSpan({ traceId, startTimeUnixNano: ms(from), endTimeUnixNano: ms(to), ...fields });
    const root = span(0, 100, { kind: 2, name: 'GET /' });
    const inRoot = { parentSpanId: root['spanId'], kind: 3 };
    const call = span(10, 60, { ...inRoot, name: 'call' });
    await send([
      root,
      call,
      span(40, 70, { ...inRoot, name: 'sql', attributes: [text('db.system.name', 'postgresql')] }),
      span(90, 130, inRoot),
    ]);
    await send(
      [span(12, 58, { parentSpanId: call['spanId'], kind: 2, name: 'serve', status: { code: 2 } })],
      'home-activities',
    );
    const { services, edges } = ServiceList.parse(await engine.listServices({}));
    const [gateway, home] = services;
    // 100 less 10..70 and 90..100.
    const operation = gateway!.operations.find(({ name }) => name === 'GET /')!;
    expect(operation).toMatchObject({ count: 1, self_ms: 30, db_ms: 30, wait_ms: 90, p50_ms: 100 });
    expect((await engine.trace(traceId))!.spans[0]!.self_us).toBe(30_000);
    expect(gateway!.count).toBe(1);
    expect(home).toMatchObject({ service: 'home-activities', error_rate: 1 });
    expect(edges).toMatchObject([{ from: 'gateway', to: 'home-activities', calls: 1, error_rate: 1, p95_ms: 46 }]);
  });
});

describe('export and import', () => {
  it('give back the same trace in another store', async () => {
    const span = otlpSpan({
      attributes: [text('a', 'b'), integer('big', '9007199254740993'), { key: 'd', value: { doubleValue: 0.5 } }],
      events: [{ timeUnixNano: `${nowNs()}`, name: 'event', attributes: [integer('n', 2)] }],
      traceState: 'a=1',
      flags: 257,
    });
    await send([span]);
    await engine.logs(
      bytes(logsRequest([{ timeUnixNano: `${nowNs()}`, traceId: span['traceId'], body: { stringValue: 'hello' } }])),
      'json',
    );
    await engine.flush();
    const id = String(span['traceId']);
    const [document, before] = [await engine.export([id]), await engine.trace(id)];
    await engine.close();
    remove();
    engine = await open();
    expect(await engine.import(bytes(document))).toEqual({ spans: 1, logs: 1, duplicates: 0, trace_ids: [id] });
    expect(await engine.trace(id)).toEqual(before);
    expect(await engine.export([id])).toEqual(document);
    expect(await engine.import(bytes(document))).toMatchObject({ spans: 0, logs: 0, duplicates: 2 });
    await engine.close();
    engine = await open();
    expect(await engine.import(bytes(document))).toMatchObject({ spans: 0, logs: 0, duplicates: 2 });
  });

  it('take again what the store has deleted meanwhile', async () => {
    const span = otlpSpan();
    await send([span]);
    const log = { timeUnixNano: `${nowNs()}`, traceId: span['traceId'], body: { stringValue: 'hello' } };
    await engine.logs(bytes(logsRequest([log, log])), 'json');
    await engine.flush();
    const id = String(span['traceId']);
    const document = await engine.export([id]);
    await engine.close();
    engine = await Engine.open({ directory, ...NO_LIMITS, maxAgeHours: -1 });
    expect(await engine.trace(id)).toBeNull();
    expect(await engine.import(bytes(document))).toMatchObject({ spans: 1, logs: 2, duplicates: 0 });
    await engine.maintain();
    expect(await engine.trace(id)).toBeNull();
    expect(await engine.import(bytes(document))).toMatchObject({ spans: 1, logs: 2, duplicates: 0 });
    expect(await engine.import(bytes(document))).toMatchObject({ spans: 0, logs: 0, duplicates: 3 });
  });
});

describe('retention', () => {
  it('deletes what was received too long ago, not what is merely old', async () => {
    await send([otlpSpan({ startTimeUnixNano: '1000000000', endTimeUnixNano: '1000000001' })]);
    await engine.maintain();
    expect((await engine.status()).spans).toBe(1);
    await engine.close();
    engine = await Engine.open({ directory, ...NO_LIMITS, maxAgeHours: -1 });
    expect((await engine.status()).spans).toBe(0);
    expect((await list()).traces).toEqual([]);
  });

  it('deletes the oldest when the store is full, and says so', async () => {
    await send(Array.from({ length: 50 }, () => otlpSpan()));
    await engine.close();
    engine = await Engine.open({ directory, ...NO_LIMITS, maxBytes: 1 });
    expect((await engine.status()).full_since).not.toBeNull();
  });
});

describe('a query', () => {
  it('groups, orders, filters by having and gives a series', async () => {
    const routes = ['/a', '/a', '/a', '/b', '/b', '/c'];
    await send(routes.map((route) => otlpSpan({ attributes: [text('http.route', route)] })));
    const result = await query({
      calculations: [...COUNT, { op: 'P95', column: 'duration_ms' }],
      breakdowns: ['http.route'],
      orders: [{ op: 'COUNT', order: 'descending' }],
      havings: [{ calculate_op: 'COUNT', op: '>', value: 1 }],
    });
    expect(result.rows).toEqual([
      { 'http.route': '/a', COUNT: 3, 'P95(duration_ms)': 1 },
      { 'http.route': '/b', COUNT: 2, 'P95(duration_ms)': 1 },
    ]);
    const counted = result.series.reduce((sum, { data }) => sum + Number(data['COUNT']), 0);
    expect(counted).toBe(5);
  });

  it('has all of the filter operators', async () => {
    const value = (n: number) => [integer('n', n), text('word', `word-${n}`)];
    await send([otlpSpan({ attributes: value(1) }), otlpSpan({ attributes: value(2) }), otlpSpan()]);
    const counts: [NonNullable<QuerySpecInput['filters']>[number], number][] = [
      [{ column: 'n', op: '=', value: '1' }, 1],
      [{ column: 'n', op: '!=', value: 1 }, 2],
      [{ column: 'n', op: '>', value: 1 }, 1],
      [{ column: 'n', op: '>=', value: 1 }, 2],
      [{ column: 'n', op: '<', value: 2 }, 1],
      [{ column: 'n', op: '<=', value: 2 }, 2],
      [{ column: 'word', op: 'starts-with', value: 'word' }, 2],
      [{ column: 'word', op: 'does-not-start-with', value: 'word-1' }, 2],
      [{ column: 'word', op: 'ends-with', value: '-2' }, 1],
      [{ column: 'word', op: 'does-not-end-with', value: '-2' }, 2],
      [{ column: 'word', op: 'contains', value: 'ord' }, 2],
      [{ column: 'word', op: 'does-not-contain', value: 'ord' }, 1],
      [{ column: 'n', op: 'exists' }, 2],
      [{ column: 'n', op: 'does-not-exist' }, 1],
      [{ column: 'n', op: 'in', value: [1, 2, 3] }, 2],
      [{ column: 'n', op: 'not-in', value: [1] }, 2],
      [{ column: 'service.name', op: '=', value: 'gateway' }, 3],
    ];
    for (const [filter, count] of counts) expect([filter, await one([filter])]).toEqual([filter, count]);
    const either = await query({ filters: [counts[0]![0], counts[13]![0]], filter_combination: 'OR' });
    expect(either.rows[0]!['COUNT']).toBe(2);
  });

  it('tells how many spans were in flight, also over the buckets that they only reach into', async () => {
    const start = (nowNs() / SECOND - 100n) * SECOND;
    const flight = (at: number, ms: number) => ({
      startTimeUnixNano: `${start + BigInt(at) * 1_000_000n}`,
      endTimeUnixNano: `${start + BigInt(at + ms) * 1_000_000n}`,
    });
    // An event is no span, and what starts outside of the range is none of its.
    const events = [{ timeUnixNano: `${start}`, name: 'event' }];
    await send([otlpSpan({ ...flight(0, 2500), events }), otlpSpan(flight(500, 1000)), otlpSpan(flight(-1000, 5000))]);
    const from = Number(start / SECOND);
    const range = { start_time: from, end_time: from + 4, granularity: 1 };
    const result = await query({ calculations: [{ op: 'CONCURRENCY' }], breakdowns: ['service.name'], ...range });
    expect(result.rows).toEqual([{ 'service.name': 'gateway', CONCURRENCY: 0.875 }]);
    expect(result.series.map(({ data }) => data['CONCURRENCY'])).toEqual([1.5, 1.5, 0.5]);
    const spec = QuerySpec.parse({ calculations: [{ op: 'CONCURRENCY' }] });
    await expect(engine.query('logs', spec)).rejects.toThrow('calculations[0].op');
  });

  it('counts every value of a heatmap once, between its edges', async () => {
    const start = nowNs();
    await send(
      [1, 5, 20, 400].map((ms) =>
        otlpSpan({ startTimeUnixNano: `${start}`, endTimeUnixNano: `${start + BigInt(ms) * 1_000_000n}` }),
      ),
    );
    const { rows, columns } = await query({ calculations: [{ op: 'HEATMAP', column: 'duration_ms' }] });
    const counts = rows[0]!['HEATMAP(duration_ms)'] as number[];
    const edges = columns[0]!.edges!;
    expect(edges).toHaveLength(counts.length + 1);
    expect(counts.reduce((a, b) => a + b)).toBe(4);
    expect([edges[0], edges.at(-1)!.toFixed(6)]).toEqual([1, '400.000000']);
  });

  it.each([
    ['an unknown column', { filters: [{ column: 'nope', op: 'exists' }] }, 'filters[0].column'],
    ['text where a number is needed', { calculations: [{ op: 'SUM', column: 'name' }] }, 'calculations[0].column'],
    ['a value of another type', { filters: [{ column: 'duration_ms', op: '>', value: 'x' }] }, 'filters[0].value'],
    ['an order by what is not calculated', { orders: [{ op: 'SUM', column: 'duration_ms' }] }, 'orders[0]'],
    ['a range that ends before it starts', { start_time: 10, end_time: 5 }, 'start_time'],
    ['too fine a granularity', { time_range: 7200, granularity: 1 }, 'granularity'],
  ] as [string, QuerySpecInput, string][])('names %s', async (_what, spec, path) => {
    await expect(query(spec)).rejects.toMatchObject({ problems: [{ path }] });
  });

  it('gives the rows and the traces that it counts', async () => {
    const span = otlpSpan({ attributes: [text('user.id', 'u-1')] });
    await send([span, otlpSpan()]);
    const spec = QuerySpec.parse({ filters: [{ column: 'user.id', op: '=', value: 'u-1' }] });
    const { rows } = await engine.queryRows('spans', spec);
    expect(rows).toMatchObject([
      { data: { name: 'work', 'user.id': 'u-1', 'service.name': 'gateway', duration_ms: 1 } },
    ]);
    expect((await engine.queryTraces('spans', spec)).traces).toMatchObject([{ trace_id: span['traceId'] }]);
  });
});

describe('bubbling up', () => {
  it('counts values of traces inside and outside of the selection', async () => {
    const start = nowNs() - SECOND;
    const at = (ms: number, user: string) =>
      otlpSpan({
        attributes: [text('user.id', user)],
        startTimeUnixNano: `${start}`,
        endTimeUnixNano: `${start + BigInt(ms) * 1_000_000n}`,
      });
    await send([at(500, 'u-7'), at(600, 'u-7'), at(1, 'u-1'), at(2, 'u-7')]);
    const [from, to] = [new Date(Date.now() - 60_000).toISOString(), new Date(Date.now() + 60_000).toISOString()];
    const box = { start: from, end: to };
    const selection = { ...box, min_duration_ms: 100, max_duration_ms: null };
    const result = await engine.bubbleUp({ ...box, filters: [], selection, whole_traces: true });
    expect(result).toMatchObject({ selection_count: 2, baseline_count: 2 });
    expect(result.columns.find(({ column }) => column === 'user.id')).toEqual({
      column: 'user.id',
      type: 'string',
      selection: [{ value: 'u-7', count: 2 }],
      baseline: expect.arrayContaining([
        { value: 'u-1', count: 1 },
        { value: 'u-7', count: 1 },
      ]),
    });
  });
});
