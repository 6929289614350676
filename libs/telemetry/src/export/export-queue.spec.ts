import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Attributes, TraceFlags } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { AS_SPANS } from './destination.js';
import { type ExportObserver, ExportQueue, type ExportQueueSettings } from './export-queue.js';

const settings = { maxQueueSize: 6, maxBatchSize: 3, scheduleDelayMs: 100, exportTimeoutMs: 1_000 };
const span = (name: string, attributes: Attributes = {}) =>
  ({
    name,
    attributes,
    events: [],
    spanContext: () => ({ traceFlags: TraceFlags.SAMPLED }),
  }) as unknown as ReadableSpan;
const OK: ExportResult = { code: ExportResultCode.SUCCESS };
const failed = (code?: number): ExportResult => ({
  code: ExportResultCode.FAILED,
  error: Object.assign(new Error('refused'), code === undefined ? {} : { code }),
});

function setUp(chosen: ExportQueueSettings = settings, keep = AS_SPANS.keep) {
  const batches: string[][] = [];
  const state: { answer: ExportResult | undefined; late?: () => void } = { answer: OK };
  const delivered = jest.fn((of: ReadableSpan[]) => of.map(({ name }) => name));
  const exporter = {
    export: (spans: ReadableSpan[], done: (result: ExportResult) => void) => {
      batches.push(spans.map(({ name }) => name));
      if (state.answer) done(state.answer);
      else state.late = () => done(OK);
    },
    shutdown: () => Promise.resolve(),
  };
  const observer = {
    stopped: jest.fn<ExportObserver['stopped']>(),
    resumed: jest.fn<ExportObserver['resumed']>(),
    lost: jest.fn<ExportObserver['lost']>(),
  };
  const queue = new ExportQueue({ name: 'test', exporter, ...AS_SPANS, keep, delivered }, chosen, observer);
  const end = (...spans: string[]) => spans.forEach((name) => queue.onEnd(span(name)));
  return { batches, state, delivered, observer, queue, end };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('ExportQueue', () => {
  it('waits the schedule delay and exports what has come', async () => {
    const { batches, end } = setUp();
    end('a', 'b');
    await jest.advanceTimersByTimeAsync(99);
    expect(batches).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(batches).toEqual([['a', 'b']]);
  });

  it('keeps a batch below what receivers take, and itself below what it may hold', async () => {
    const { batches, queue, observer } = setUp({ ...settings, maxQueueBytes: 8 * 2 ** 20 });
    const document = 'x'.repeat(2 * 2 ** 20);
    const large = (name: string) => span(name, { document });
    for (const name of ['a', 'b', 'c', 'dropped']) queue.onEnd(large(name));
    queue.onEnd(span('list', { list: Array.from({ length: 10 }, () => 'x'.repeat(100_000)) }));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(batches).toEqual([['a'], ['b'], ['c', 'list']]);
    expect(observer.stopped).toHaveBeenCalledWith('test', 'they come faster than it takes them', 3);
  });

  it('exports a full batch at once', async () => {
    const { batches, end } = setUp();
    end('a', 'b', 'c', 'd');
    await jest.advanceTimersByTimeAsync(1);
    expect(batches).toEqual([['a', 'b', 'c']]);
    await jest.advanceTimersByTimeAsync(100);
    expect(batches).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('puts spans into their form together, at the latest when they are to be delivered', async () => {
    const keep = jest.fn((one: ReadableSpan) => one);
    const { batches, end } = setUp({ ...settings, maxQueueSize: 100, maxBatchSize: 100 }, keep);
    end(...Array.from({ length: 31 }, (_, i) => String(i)));
    expect(keep).not.toHaveBeenCalled();
    end('31', '32');
    expect(keep).toHaveBeenCalledTimes(32);
    await jest.advanceTimersByTimeAsync(100);
    expect(keep).toHaveBeenCalledTimes(33);
    expect(batches.flat()).toHaveLength(33);
  });

  it('leaves out a span that cannot be put into its form, counts it, and delivers the others', async () => {
    const keep = (one: ReadableSpan) => {
      if (one.name === 'odd') throw new Error('too odd');
      return one;
    };
    const { batches, observer, end } = setUp(settings, keep);
    end('a', 'odd', 'b');
    await jest.advanceTimersByTimeAsync(100);
    expect(batches).toEqual([['a', 'b']]);
    expect(observer.stopped).toHaveBeenCalledWith('test', 'a span cannot be encoded: too odd', 1);
  });

  it('has room until more than half is taken', () => {
    const { queue, end } = setUp({ ...settings, maxBatchSize: 100 });
    end('a', 'b');
    expect(queue.hasRoom).toBe(true);
    end('c');
    expect(queue.hasRoom).toBe(false);
  });

  it('has no room either when more than half of its bytes are taken', () => {
    const { queue } = setUp({ ...settings, maxBatchSize: 100, maxQueueBytes: 10_000 });
    queue.onEnd(span('large', { text: 'x'.repeat(8_000) }));
    expect(queue.hasRoom).toBe(false);
  });

  it('leaves unsampled spans out', async () => {
    const { batches, queue } = setUp();
    queue.onEnd({ spanContext: () => ({ traceFlags: TraceFlags.NONE }) } as ReadableSpan);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(batches).toEqual([]);
  });

  it('keeps a batch that found nobody, tries again with back-off, and says both once', async () => {
    const { batches, state, observer, end } = setUp();
    state.answer = failed();
    end('a');
    await jest.advanceTimersByTimeAsync(100 + 1_000 + 2_000);
    expect(batches).toEqual([['a'], ['a'], ['a']]);
    state.answer = OK;
    await jest.advanceTimersByTimeAsync(4_000);
    expect(batches.at(-1)).toEqual(['a']);
    expect(observer.stopped.mock.calls).toEqual([['test', 'refused', 1]]);
    expect(observer.resumed.mock.calls).toEqual([['test', 1, 0]]);
  });

  it.each([
    [429, 2],
    [503, 2],
    [14, 2],
    [400, 1],
    [401, 1],
    [16, 1],
  ])('after an answer of %d the batch is sent %d times', async (code, times) => {
    const { batches, state, end } = setUp();
    state.answer = failed(code);
    end('a');
    await jest.advanceTimersByTimeAsync(100);
    state.answer = OK;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(batches.filter((batch) => batch.includes('a'))).toHaveLength(times);
  });

  it('holds no more than its size, keeps the oldest, and counts what it dropped', async () => {
    const { batches, state, observer, end } = setUp();
    state.answer = failed();
    end('1', '2', '3', '4', '5', '6', '7', '8');
    await jest.advanceTimersByTimeAsync(1);
    state.answer = OK;
    await jest.advanceTimersByTimeAsync(2_000);
    expect(batches.flat().filter((name, index, all) => all.indexOf(name) === index)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
    expect(observer.stopped).toHaveBeenCalledTimes(1);
    expect(observer.resumed.mock.calls).toEqual([['test', 6, 2]]);
  });

  it('gives up on an export that is never answered', async () => {
    const { state, observer, end } = setUp();
    state.answer = undefined;
    end('a');
    await jest.advanceTimersByTimeAsync(100 + settings.exportTimeoutMs);
    expect(observer.stopped.mock.calls).toEqual([['test', 'no answer in time', 1]]);
  });

  it('says what has been delivered, once, and nothing of what was refused or answered too late', async () => {
    const { state, delivered, end } = setUp();
    const said = () => delivered.mock.results.map(({ value }) => value as string[]);
    state.answer = failed(503);
    end('a', 'b');
    await jest.advanceTimersByTimeAsync(100);
    state.answer = undefined;
    await jest.advanceTimersByTimeAsync(1_000 + 1_000);
    state.late!();
    await jest.advanceTimersByTimeAsync(0);
    expect(said()).toEqual([]);
    state.answer = OK;
    await jest.advanceTimersByTimeAsync(2_000);
    expect(said()).toEqual([['a', 'b']]);
    state.answer = failed(400);
    end('c');
    await jest.advanceTimersByTimeAsync(100);
    expect(said()).toHaveLength(1);
  });

  it('exports everything at shutdown, in batches', async () => {
    const { batches, queue, end } = setUp();
    end('a', 'b', 'c', 'd');
    await queue.shutdown();
    expect(batches).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('says how many spans the end of the process takes with it', async () => {
    const { state, observer, queue, end } = setUp();
    state.answer = failed();
    end('a', 'b');
    await queue.shutdown();
    expect(observer.lost.mock.calls).toEqual([['test', 2]]);
  });

  it('counts those of a delivery that is still under way, too', async () => {
    const { state, observer, queue, end } = setUp();
    state.answer = undefined;
    end('a', 'b', 'c');
    await jest.advanceTimersByTimeAsync(1);
    end('d');
    queue.reportLoss();
    expect(observer.lost.mock.calls).toEqual([['test', 4]]);
  });
});
