import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sendTestTrace } from './test-trace.ts';

const TRACE_ID = '6611f8664e2ff98a0f25944e84b5558b';

let server: Server;
let url: string;
/** What the gateway answers, request by request; the last one for all that follow. */
let plan: { status?: number; headers?: Record<string, string> }[];
let requests: number;
beforeEach(async () => {
  requests = 0;
  server = createServer((_request, response) => {
    const { status = 200, headers = {} } = plan[Math.min(requests++, plan.length - 1)]!;
    response.writeHead(status, headers).end('[]');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => void server.close());

const traced = (flags: string) => ({ headers: { traceresponse: `00-${TRACE_ID}-b861d008ed0d7f3a-${flags}` } });

async function send(env: NodeJS.ProcessEnv = {}) {
  const { findings, traceId } = await sendTestTrace(url, env);
  return { traceId, ...findings[0]! };
}

describe('sendTestTrace', () => {
  it('reads the trace id of the answer', async () => {
    plan = [traced('01')];
    expect(await send()).toMatchObject({ state: 'ok', traceId: TRACE_ID, text: expect.stringContaining(TRACE_ID) });
  });

  it('tries again while the sampler drops the traces, and says so', async () => {
    plan = [traced('00'), traced('00'), traced('01')];
    const { state, text } = await send({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.3' });
    expect(state).toBe('ok');
    expect(text).toMatch(/the 3\. request.*OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=0\.3/);
  });

  it.each([
    ['always_off', 1],
    ['traceidratio', 50],
  ])('names the sampler that drops all of them: %s', async (OTEL_TRACES_SAMPLER, tries) => {
    plan = [traced('00')];
    const { state, text, next, traceId } = await send({ OTEL_TRACES_SAMPLER });
    expect([state, traceId, requests]).toEqual(['wrong', undefined, tries]);
    expect(text).toContain(`(OTEL_TRACES_SAMPLER=${OTEL_TRACES_SAMPLER})`);
    expect(next).toBe('OTEL_TRACES_SAMPLER=parentbased_always_on npm start');
  });

  it.each([
    ['no traceresponse', [{}], 'untraced'],
    ['an error', [{ status: 502 }], 'answered with 502'],
    ['a timeline without names', [{ headers: { 'cruddur-degraded': 'user-activities' } }], 'without user-activities'],
  ])('is not content with %s', async (_what, answers, text) => {
    plan = answers;
    expect(await send()).toMatchObject({ state: 'wrong', text: expect.stringContaining(text), traceId: undefined });
  });

  it('says when nobody answers', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await send()).toMatchObject({ state: 'wrong', text: expect.stringContaining('ECONNREFUSED') });
  });
});
