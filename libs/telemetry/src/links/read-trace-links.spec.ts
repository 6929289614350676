import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readTraceLinks } from './read-trace-links.js';
import { traceUrls } from './trace-link.js';

const TRACE_ID = '6611f8664e2ff98a0f25944e84b5558b';
// Made up here: the right shape, no key of anybody's.
const KEY = `hcxik_${'0'.repeat(58)}`;

function read(env: NodeJS.ProcessEnv) {
  const problems: string[] = [];
  const links = readTraceLinks(env, problems);
  return { links, problems, urls: traceUrls(links, TRACE_ID), names: links.map(({ name }) => name) };
}

describe('readTraceLinks', () => {
  it('knows none when nothing is configured', () => {
    expect(read({})).toMatchObject({ links: [], problems: [] });
  });

  it('takes one template or several, with commas in them where they belong', () => {
    const value = 'http://localhost:16686/trace/{trace_id}?a=1,2 , https://traces.example/{trace_id}#{trace_id},';
    const { urls, names, problems } = read({ TELEMETRY_TRACE_URL: value });
    expect(urls).toEqual([
      `http://localhost:16686/trace/${TRACE_ID}?a=1,2`,
      `https://traces.example/${TRACE_ID}#${TRACE_ID}`,
    ]);
    expect(names).toEqual(['localhost:16686', 'traces.example']);
    expect(problems).toEqual([]);
  });

  it.each(['hello', 'https://traces.example/', 'ftp://x/{trace_id}'])('names the variable for %s', (value) => {
    const { urls, problems } = read({ TELEMETRY_TRACE_URL: value });
    expect(urls).toEqual([]);
    expect(problems).toEqual([
      'TELEMETRY_TRACE_URL has an entry that is not an http(s) URL with {trace_id} in it: ignored',
    ]);
  });

  it.each([
    [undefined, 'http://localhost:9411/zipkin/traces/'],
    ['http://zipkin.example/api/v2/spans', 'http://zipkin.example/zipkin/traces/'],
    ['http://example/tools/zipkin/api/v2/spans', 'http://example/tools/zipkin/traces/'],
  ])('finds the page of Zipkin at %s', (endpoint, page) => {
    const env = { OTEL_TRACES_EXPORTER: 'otlp,zipkin', OTEL_EXPORTER_ZIPKIN_ENDPOINT: endpoint };
    expect(read(env).urls).toEqual([page + TRACE_ID]);
    expect(read({ ...env, OTEL_TRACES_EXPORTER: 'otlp' }).urls).toEqual([]);
  });

  it.each([
    ['eu-central-1', 'https://eu-central-1.console.aws.amazon.com/'],
    ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/'],
    ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/'],
  ])('writes the trace id as X-Ray does, for the console of %s', (region, origin) => {
    const page = `${origin}cloudwatch/home?region=${region}#xray:traces/1-6611f866-4e2ff98a0f25944e84b5558b`;
    expect(read({ AWS_XRAY_OTLP: 'true', AWS_REGION: region }).urls).toEqual([page]);
    expect(read({ AWS_XRAY_DAEMON_ADDRESS: 'localhost:2000', AWS_DEFAULT_REGION: region }).urls).toEqual([page]);
    expect(read({ AWS_REGION: region }).urls).toEqual([]);
  });

  it('knows none when spans are sent nowhere', () => {
    const env = { TELEMETRY_TRACE_URL: 'http://x/{trace_id}', HONEYCOMB_API_KEY: KEY, OTEL_TRACES_EXPORTER: 'none' };
    expect(read(env).links).toEqual([]);
  });
});

describe("Honeycomb's link", () => {
  let server: Server;
  let asked: IncomingMessage[];
  let answer: { status: number; body: unknown };
  beforeEach(async () => {
    asked = [];
    answer = { status: 200, body: { type: 'ingest', team: { slug: 'our team' }, environment: { slug: 'test' } } };
    server = createServer((request, response) => {
      asked.push(request);
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => void server.close());

  function honeycomb(env: NodeJS.ProcessEnv = {}) {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const key = { HONEYCOMB_API_KEY: KEY, HONEYCOMB_API_ENDPOINT: endpoint, OTEL_SERVICE_NAME: 'gateway' };
    return read({ ...key, ...env }).links[0]!;
  }

  it('asks once, in the background, and is there from then on', async () => {
    const link = honeycomb();
    expect(asked).toEqual([]);
    expect([link.url(TRACE_ID), link.url(TRACE_ID)]).toEqual([undefined, undefined]);
    await link.prepare!();
    const url = new URL(link.url(TRACE_ID)!);
    expect(url.origin + url.pathname).toBe(
      'https://ui.honeycomb.io/our%20team/environments/test/datasets/gateway/trace',
    );
    const now = Date.now() / 1_000;
    expect(url.searchParams.get('trace_id')).toBe(TRACE_ID);
    expect(Number(url.searchParams.get('trace_start_ts'))).toBeLessThan(now);
    expect(Number(url.searchParams.get('trace_end_ts'))).toBeGreaterThan(now);
    expect(asked.map(({ method, url: path, headers }) => [method, path, headers['x-honeycomb-team']])).toEqual([
      ['GET', '/1/auth', KEY],
    ]);
  });

  it('knows classic teams, which have no environments', async () => {
    answer.body = { team: { slug: 'us' }, environment: { slug: '' } };
    const link = honeycomb({ HONEYCOMB_API_KEY: '0'.repeat(32), HONEYCOMB_DATASET: 'cruddur' });
    await link.prepare!();
    expect(link.url(TRACE_ID)).toMatch(/^https:\/\/ui\.honeycomb\.io\/us\/datasets\/cruddur\/trace\?trace_id=6611f866/);
  });

  it.each([
    ['a refusal', 401, {}],
    ['an answer without a team', 200, {}],
    ['null', 200, null],
  ])('is left out after %s, and does not ask again at once', async (_what, status, body) => {
    answer = { status, body };
    const link = honeycomb();
    await link.prepare!();
    await link.prepare!();
    expect(link.url(TRACE_ID)).toBeUndefined();
    expect(asked).toHaveLength(1);
  });
});
