import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Destination } from '../telemetry.ts';
import type { Context } from './context.ts';
import { checkOtlp } from './otlp.ts';

const TRACE_ID = '6611f8664e2ff98a0f25944e84b5558b';

let server: Server;
let url: string;
let answers: Record<string, unknown>;
beforeEach(async () => {
  answers = {};
  server = createServer((request, response) => {
    const body = answers[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => void server.close());

/** An exporter that sends nothing anywhere, with this outcome. */
function destination(error?: object): Destination {
  const exporter: Destination['exporter'] = {
    export: (_spans, done) => done(error ? { code: 1, error: error as Error } : { code: 0 }),
    shutdown: () => Promise.resolve(),
  };
  return { name: 'otlp', exporter };
}

function check(error?: object, context: Partial<Context> = {}) {
  const env = { OTEL_BSP_SCHEDULE_DELAY: '1', ...context.env };
  return checkOtlp(destination(error), `${url}/v1/traces`, { traceId: TRACE_ID, ...context, env } as Context);
}

/** As Jaeger's query service answers. */
function jaegerHas(...services: string[]): void {
  answers['/ui/api/services'] = { data: services, total: services.length };
  const processes = Object.fromEntries(services.map((serviceName, i) => [`p${i}`, { serviceName }]));
  const spans = services.map((_name, i) => ({ processID: `p${i}` }));
  answers[`/ui/api/traces/${TRACE_ID}`] = { data: [{ traceID: TRACE_ID, spans, processes }] };
}

describe('checkOtlp', () => {
  it('asks the Jaeger whose page TELEMETRY_TRACE_URL names', async () => {
    jaegerHas('gateway', 'home-activities', 'user-activities');
    const findings = await check(undefined, { env: { TELEMETRY_TRACE_URL: `${url}/ui/trace/{trace_id}` } });
    expect(findings).toEqual([
      { state: 'ok', subject: 'Jaeger', text: `${url}/v1/traces has the trace: 3 spans of 3 services` },
    ]);
  });

  it('asks the trace viewer', async () => {
    const services = ['gateway', 'home-activities', 'user-activities'];
    answers[`/api/traces/${TRACE_ID}`] = { services, spans: [1, 2, 3, 4] };
    const [finding] = await check(undefined, { viewerUrl: url });
    expect(finding).toEqual({
      state: 'ok',
      subject: 'trace viewer',
      text: `${url} has the trace: 4 spans of 3 services`,
    });
  });

  it('says what it cannot know of any other backend', async () => {
    const [finding] = await check();
    expect(finding).toMatchObject({ state: 'ok', subject: 'OTLP' });
    expect(finding?.text).toMatch(/takes spans; it cannot be asked/);
  });

  it.each([
    [{ code: 401 }, /OTEL_EXPORTER_OTLP_HEADERS says \(HTTP 401\)/],
    [{ code: 'ECONNREFUSED' }, /\(ECONNREFUSED\); OTEL_EXPORTER_OTLP_ENDPOINT says where/],
    [new Error('connect ETIMEDOUT 10.0.0.1'), /\(ETIMEDOUT\)/],
    [Object.assign(new Error('14 UNAVAILABLE: no connection established'), { code: 14 }), /\(14 UNAVAILABLE/],
  ])('names the variable when spans are not taken: %o', async (error, text) => {
    const [finding] = await check(error);
    expect(finding).toMatchObject({ state: 'wrong', subject: 'OTLP', next: expect.stringMatching(/npm/) });
    expect(finding?.text).toMatch(text);
  });
});
