import { DuckDBAppender } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { QuerySpec } from '../api/schemas/query.js';
import { ListLogs, ListTraces } from '../api/schemas/requests.js';
import { bytes, hexId, logsRequest, nowNs, otlpSpan, temporaryDirectory, tracesRequest } from '../testing/requests.js';
import { CHUNK_ROWS } from './chunk.js';
import { Engine } from './engine.js';

let engine: Engine;
let remove: () => void;

beforeEach(async () => {
  let directory: string;
  ({ directory, remove } = temporaryDirectory());
  engine = await Engine.open({ directory, maxAgeHours: 1e6, maxBytes: 1e12, memoryLimitMb: 128 });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await engine.close();
  remove();
});

/** DuckDB takes so many chunks more, then refuses one. */
function refuseAfter(taken: number): void {
  const original = DuckDBAppender.prototype.appendDataChunk;
  const append = jest.spyOn(DuckDBAppender.prototype, 'appendDataChunk');
  for (let i = 0; i < taken; i++) append.mockImplementationOnce(original);
  append.mockImplementationOnce(() => {
    throw new Error('no room');
  });
}

const send = (spans: Record<string, unknown>[], service?: string) =>
  engine.traces(bytes(tracesRequest(spans, service)), 'json');
const count = async (dataset: 'spans' | 'logs') =>
  (await engine.query(dataset, QuerySpec.parse({}))).rows[0]?.['COUNT'];
const logs = async () => (await engine.listLogs(ListLogs.parse({}))).logs;
const traces = async () => (await engine.listTraces(ListTraces.parse({}))).traces;

describe('rows that DuckDB refuses', () => {
  // A commit appends the sources, then the spans, the logs and the parts of traces.
  it.each([0, 1, 2, 3])('are lost with their whole commit, and only they, after %i chunks', async (taken) => {
    const traceId = hexId(16);
    await send([otlpSpan({ name: 'stored before' })], 'user-activities');
    await engine.flush();
    const log = { timeUnixNano: `${nowNs()}`, traceId, body: { stringValue: 'text' } };
    await send([otlpSpan({ traceId })]);
    await engine.logs(bytes(logsRequest([log])), 'json');
    refuseAfter(taken);
    await engine.flush();
    expect((await engine.status()).dropped).toMatchObject({ spans: 2, reason: 'no room' });
    expect(await traces()).toMatchObject([{ root: { name: 'stored before' } }]);
    expect([await logs(), await count('spans')]).toEqual([[], 1]);

    await send([otlpSpan({ traceId })]);
    await engine.flush();
    expect(await traces()).toMatchObject([{ span_count: 1, services: ['gateway'] }, { span_count: 1 }]);
    expect((await engine.trace(traceId))?.resources).toEqual([{ 'service.name': 'gateway' }]);
  });

  it('are lost and counted with all that wait when a chunk is full before the commit', async () => {
    const traceId = hexId(16);
    await send([otlpSpan({ traceId })]);
    refuseAfter(0);
    await send(Array.from({ length: CHUNK_ROWS + 9 }, () => otlpSpan({ traceId })));
    await engine.flush();
    expect((await engine.status()).dropped).toMatchObject({ spans: CHUNK_ROWS + 10, reason: 'no room' });
    expect([await traces(), await count('spans')]).toEqual([[], 0]);

    await send([otlpSpan({ traceId })]);
    await engine.flush();
    expect(await traces()).toMatchObject([{ span_count: 1, services: ['gateway'] }]);
  });

  it('leave the rest of their batch, which comes into the next commit', async () => {
    const traceId = hexId(16);
    const ROWS_OF_A_COMMIT = 4 * CHUNK_ROWS;
    refuseAfter(4);
    await send(Array.from({ length: ROWS_OF_A_COMMIT + 5 }, () => otlpSpan({ traceId })));
    await engine.flush();
    expect((await engine.status()).dropped).toMatchObject({ spans: ROWS_OF_A_COMMIT, reason: 'no room' });
    expect(await traces()).toMatchObject([{ span_count: 5, services: ['gateway'] }]);
  });
});
