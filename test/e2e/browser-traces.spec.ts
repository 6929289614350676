import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import protobuf from 'protobufjs';
import { CleanUp, GatewayUnderTest, HOME } from '../support/gateway-under-test.js';
import { PageSession, type SentSpan, text } from '../support/page-session.js';
import { until } from '../support/until.js';

// Some tests start several gateways.
jest.setTimeout(60_000);

const cleanUp = new CleanUp();
const atTheEnd = new CleanUp();
let receiver: OtlpReceiver;
let gateway: GatewayUnderTest;
let page: PageSession;

/** A gateway with a receiver behind it, and a page that was loaded from it. */
async function start(env: Record<string, string> = {}, keptUntil = cleanUp): Promise<void> {
  receiver = await startOtlpReceiver();
  const { url } = receiver;
  keptUntil.add({ stop: receiver.close.bind(receiver) });
  gateway = await GatewayUnderTest.start(keptUntil, {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    ...env,
  });
  page = await PageSession.open(gateway.url);
}

/** One gateway for all tests of a group: what they do does not depend on what came before. */
function startOnce(): void {
  beforeAll(() => start({}, atTheEnd));
}
afterEach(() => cleanUp.run());
afterAll(() => atTheEnd.run());

const SERVER_TREE = `
  gateway: SERVER GET ${HOME}
    gateway: CLIENT GET /activities/home
`;

/** The trace id that the gateway answers with. */
const tracedAs = (response: Response) => response.headers.get('traceresponse')?.split('-')[1];

describe('a trace that begins in the page', () => {
  it('goes on in the gateway and arrives as one tree, under names that we give', async () => {
    await start();
    const click = page.span({ name: 'click home' });
    const call = page.span({ traceId: click.traceId, parentSpanId: click.spanId, name: 'GET /api', kind: 3 });
    const answer = await page.call(HOME, call);
    expect([answer.status, tracedAs(answer)]).toEqual([200, click.traceId]);
    expect(answer.headers.get('server-timing')).toMatch(/^gateway;dur=\d+\.\d+$/);
    const claims = [text('service.name', 'gateway'), text('host.name', 'mallory'), text('browser.language', 'eo')];
    const sent = await page.send([click, call], { attributes: claims });
    expect([sent.status, await sent.json()]).toEqual([200, {}]);
    const spans = await receiver.expectTrace(
      click.traceId,
      `
      cruddur-web: INTERNAL click home
        cruddur-web: CLIENT GET /api
          gateway: SERVER GET ${HOME}
            gateway: CLIENT GET /activities/home
      `,
    );
    const server = spans.find(({ kind }) => kind === 'SERVER')!;
    for (const { service, resource, attributes } of spans.filter(({ service }) => service === 'cruddur-web')) {
      expect(resource).toMatchObject({ 'service.namespace': 'cruddur', 'browser.language': 'eo' });
      expect(resource['telemetry.sdk.language']).toBe('webjs');
      expect(resource).not.toHaveProperty('host.name');
      expect([service, attributes['session.id']]).toEqual(['cruddur-web', page.prefix]);
      expect(attributes['user.id']).toBe(server.attributes['user.id']);
    }
  });

  it('is not traced itself, nor logged, nor are the files of the page', async () => {
    await start();
    const [, script] = /src="(\/assets\/[^"]+)"/.exec(page.html)!;
    for (const path of ['/', '/@pat', '/search', '/favicon.svg', script]) {
      const response = await fetch(gateway.url + path);
      expect([response.status, response.headers.has('traceresponse')]).toEqual([200, false]);
    }
    await page.send([page.span()]);
    await gateway.call(HOME);
    await receiver.waitFor('the request of the API', () => receiver.spans.some(({ kind }) => kind === 'SERVER'));
    expect(receiver.spans.filter(({ kind }) => kind === 'SERVER')).toHaveLength(1);
    const completed = () => gateway.process.log.filter(({ msg }) => msg === 'request completed');
    await until('the line of the request', () => completed().length > 0);
    expect(completed().map(({ route }) => route)).toEqual([HOME]);
  });

  it('is sampled as the gateway decides, whatever the page claims', async () => {
    await start({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' });
    const kept = page.span({ traceId: `${page.prefix}ffffffffffffffff` });
    const leftOut = page.span({ traceId: `${page.prefix}0000000000000001` });
    const answers = [await page.call(HOME, kept, { flags: '00' }), await page.call(HOME, leftOut, { flags: '01' })];
    expect(answers.map((answer) => answer.headers.get('traceresponse')!.slice(-2))).toEqual(['01', '00']);
    expect(await (await page.send([kept, leftOut])).json()).toEqual({});
    const spans = await receiver.expectTrace(
      kept.traceId,
      `
      cruddur-web: INTERNAL click test
        gateway: SERVER GET ${HOME}
          gateway: CLIENT GET /activities/home
      `,
    );
    for (const span of spans.filter(({ kind }) => kind !== 'CLIENT')) expect(span.attributes.SampleRate).toBe(2);
    expect(receiver.trace(leftOut.traceId)).toEqual([]);
  });

  it('takes no baggage and no tracestate along', async () => {
    await start();
    const call = page.span();
    const baggage = 'user.id=mallory,plan=gold';
    await page.call(HOME, call, { baggage, tracestate: 'vendor=mallory' });
    await receiver.waitFor('the trace', () => receiver.trace(call.traceId).length === 2);
    expect(JSON.stringify(receiver.trace(call.traceId).map(({ attributes }) => attributes))).not.toContain('mallory');
    expect(JSON.stringify(gateway.home.received.map(({ headers }) => headers))).not.toMatch(/mallory|cruddur-page/);
  });
});

describe('a trace that is linked and not continued', () => {
  const FOREIGN = '1'.repeat(32);
  startOnce();

  it.each<[string, (own: PageSession) => Record<string, string>]>([
    ['without a token', () => ({ 'cruddur-page': '' })],
    ['with a token that is none', () => ({ 'cruddur-page': 'x' })],
    [
      'with a forged token',
      ({ token }) => ({ 'cruddur-page': token.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')) }),
    ],
    [
      'with a prefix of its own',
      ({ token, prefix }) => ({ 'cruddur-page': token.replace(prefix, '0123456789abcdef') }),
    ],
    ['with a token that has been made younger', ({ token }) => ({ 'cruddur-page': token.replace(/^..../, 'zzzz') })],
    ['from another site', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['from another site of the same owner', () => ({ 'sec-fetch-site': 'same-site' })],
    ['with a foreign Origin', () => ({ origin: 'https://evil.example' })],
    ['with the Origin of a sandbox', () => ({ origin: 'null' })],
  ])('%s', async (_what, headers) => {
    const span = page.span();
    const answer = await page.call(HOME, span, headers(page));
    expect(answer.status).toBe(200);
    expect(tracedAs(answer)).not.toBe(span.traceId);
    const spans = await receiver.expectTrace(tracedAs(answer)!, SERVER_TREE);
    expect(spans.find(({ kind }) => kind === 'SERVER')?.links).toEqual([
      { traceId: span.traceId, spanId: span.spanId },
    ]);
  });

  it("because its id is not the page's to choose", async () => {
    expect(tracedAs(await page.call(HOME, page.span({ traceId: FOREIGN })))).not.toBe(FOREIGN);
    const other = await PageSession.open(gateway.url);
    const stolen = other.newTraceId();
    expect(tracedAs(await page.call(HOME, page.span({ traceId: stolen })))).not.toBe(stolen);
  });

  it('because the gateway has been started anew, with another key', async () => {
    await start();
    const old = page;
    await start();
    const moved = old.at(gateway.url);
    const span = old.span();
    expect(tracedAs(await moved.call(HOME, span))).not.toBe(span.traceId);
    const refused = await moved.send([span]);
    expect(refused.status).toBe(401);
    // With the means to go on.
    expect(refused.headers.get('cruddur-page')).toMatch(/^\w+\.[0-9a-f]{16}\./);
  });

  it('unless gateways share a secret', async () => {
    const secret = { GATEWAY_PAGE_SECRET: 'shared by the gateways of a test' };
    await start(secret);
    const { token } = page;
    await start(secret);
    const span = page.span({ traceId: token.split('.')[1] + 'a'.repeat(16) });
    expect(tracedAs(await page.call(HOME, span, { 'cruddur-page': token }))).toBe(span.traceId);
  });

  it('because too many were continued: a held id cannot have everything sampled', async () => {
    await start();
    const span = page.span();
    const ids = new Set<string | undefined>();
    for (let left = 300; left > 0 && ids.size < 2; left--) ids.add(tracedAs(await page.call(HOME, span)));
    expect(ids.size).toBe(2);
  });
});

describe('what the relay refuses', () => {
  startOnce();

  it.each<[string, number, string, Record<string, string>]>([
    ['no token', 401, '{}', { 'cruddur-page': '' }],
    ['a foreign Origin', 403, '{}', { origin: 'https://evil.example' }],
    ['a foreign site', 403, '{}', { 'sec-fetch-site': 'cross-site' }],
    ['text', 415, 'hello', { 'content-type': 'text/plain' }],
    ['what a form can send', 415, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['no JSON', 400, '{"resourceSpans":', {}],
    ['JSON of another shape', 400, '{"resourceSpans":{}}', {}],
    ['a list', 400, '[]', {}],
    ['null', 400, 'null', {}],
    ['100,000 levels', 400, '['.repeat(30_000) + ']'.repeat(30_000), {}],
    ['100 kB', 413, JSON.stringify({ x: 'x'.repeat(100_000) }), {}],
  ])('%s: %i', async (_what, status, body, headers) => {
    const response = await page.sendBody(body, headers);
    expect(response.status).toBe(status);
    const answer = await response.text();
    expect(JSON.parse(answer)).toEqual({ code: expect.any(Number), message: expect.any(String) });
    expect(answer).not.toMatch(/\n\s+at |node_modules/);
    expect((await fetch(gateway.url + HOME)).status).toBe(200);
  });

  it.each<[string, Partial<SentSpan>, RegExp]>([
    ["somebody else's trace", { traceId: 'ab'.repeat(16) }, /traceId/],
    ['a trace id of zeros', { traceId: '0'.repeat(32) }, /traceId/],
    ['no span id', { spanId: '' }, /spanId/],
    ['a server span', { kind: 2 }, /kind/],
    ['no name', { name: '' }, /name/],
    ['a name that is no text', { name: { $ne: 1 } as unknown as string }, /name/],
    ['a span of the last century', { startTimeUnixNano: '1' }, /times/],
    ['a span that ends before it starts', { endTimeUnixNano: '1' }, /times/],
    ['a span of years', { endTimeUnixNano: '9999999999999999999' }, /times/],
  ])('of a request: %s', async (_what, changes, reason) => {
    const good = page.span({ name: 'good' });
    const response = await page.send([page.span(changes), good]);
    const { partialSuccess }: any = await response.json();
    expect([response.status, partialSuccess.rejectedSpans]).toEqual([200, '1']);
    expect(partialSuccess.errorMessage).toMatch(reason);
    await receiver.waitFor('the good one', () => receiver.trace(good.traceId).length === 1);
    expect(receiver.spans.filter(({ name }) => name === 'click test')).toEqual([]);
  });

  it('of a span: names, values and counts beyond the limits, secrets, and what only we say', async () => {
    const many = Array.from({ length: 100 }, (_, i) => text(`many.a${i}`, 'x'));
    const span = page.span({
      name: 'n'.repeat(500),
      attributes: [
        text('long', 'y'.repeat(5_000)),
        text('user.id', 'mallory'),
        text('session.id', 'mallory'),
        text('service.name', 'mallory'),
        text('__proto__', 'mallory'),
        text('Bad Key!', 'mallory'),
        text('url.full', 'http://x/?term=bread&token=planted'),
        text('note', 'Bearer planted-planted'),
        { key: 'nested', value: { kvlistValue: { values: [text('a', 'mallory')] } } },
        { key: 'not.finite', value: { doubleValue: 'NaN' } },
        ...many,
      ],
      events: Array.from({ length: 50 }, () => ({ name: 'e', attributes: many.slice(0, 3) })),
      links: Array.from({ length: 50 }, () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) })),
    });
    expect((await page.send([span])).status).toBe(200);
    await receiver.waitFor('it', () => receiver.trace(span.traceId).length === 1);
    const { name, attributes, events, links } = receiver.trace(span.traceId)[0]!;
    expect([name.length, events.length, links.length]).toEqual([128, 16, 4]);
    expect(attributes.long).toBe('y'.repeat(1_024));
    expect(Object.keys(attributes).length).toBeLessThan(52);
    expect(attributes['url.full']).toBe('http://x/?term=bread&token=REDACTED');
    expect(inspect(receiver.trace(span.traceId), { depth: 9 })).not.toMatch(/mallory|planted/);
  });

  it('more spans than one request may hold', async () => {
    await start();
    const spans = Array.from({ length: 300 }, () => page.span({ name: 's' }));
    const small = spans.map(({ traceId, spanId, name, kind, startTimeUnixNano, endTimeUnixNano }) => ({
      ...{ traceId, spanId, name, kind, startTimeUnixNano, endTimeUnixNano },
    }));
    const response = await page.send(small);
    expect(await response.json()).toMatchObject({ partialSuccess: { rejectedSpans: '44' } });
  });

  it('requests that come too fast, and says when to come again', async () => {
    await start();
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let left = 200; left > 0 && last?.status !== 429; left--) {
      last = await page.send([]);
      statuses.push(last.status);
    }
    expect(statuses.slice(0, 10)).toEqual(new Array(10).fill(200));
    expect([last?.status, last?.headers.get('retry-after')]).toEqual([429, '5']);
  });

  it("what would fill the queues that the gateway's own spans need", async () => {
    await start({ OTEL_BSP_MAX_QUEUE_SIZE: '20', OTEL_BSP_SCHEDULE_DELAY: '60000' });
    const batch = () => Array.from({ length: 10 }, () => page.span());
    expect((await page.send(batch())).status).toBe(200);
    const full = await page.send(batch());
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '5']);
  });
});

describe('protobuf', () => {
  startOnce();
  const root = protobuf.parse(`syntax = "proto3";
    message Response { PartialSuccess partial_success = 1; }
    message PartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
    message Status { int32 code = 1; string message = 2; }
    message Request { repeated ResourceSpans resource_spans = 1; }
    message ResourceSpans { repeated ScopeSpans scope_spans = 2; }
    message ScopeSpans { repeated Span spans = 2; }
    message Span { bytes trace_id = 1; bytes span_id = 2; string name = 5; int32 kind = 6;
      fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; }`).root;
  const type = { 'content-type': 'application/x-protobuf' };
  const decode = async (name: string, response: Response) =>
    root.lookupType(name).toObject(root.lookupType(name).decode(new Uint8Array(await response.arrayBuffer())), {
      longs: Number,
    });

  it('is taken as well, and answered in kind', async () => {
    const good = page.span();
    const bad = page.span({ traceId: 'ab'.repeat(16) });
    const toProto = ({ traceId, spanId, name, kind, startTimeUnixNano, endTimeUnixNano }: typeof good) => ({
      ...{ name, kind, startTimeUnixNano, endTimeUnixNano },
      traceId: Buffer.from(traceId, 'hex'),
      spanId: Buffer.from(spanId, 'hex'),
    });
    const Request = root.lookupType('Request');
    const request = Request.fromObject({ resourceSpans: [{ scopeSpans: [{ spans: [good, bad].map(toProto) }] }] });
    const response = await page.sendBody(new Uint8Array(Request.encode(request).finish()), type);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-protobuf']);
    expect(await decode('Response', response)).toEqual({
      partialSuccess: { rejectedSpans: 1, errorMessage: 'the traceId is not one of this session' },
    });
    await receiver.waitFor('the good one', () => receiver.trace(good.traceId).length === 1);
  });

  it.each([
    ['truncated', Buffer.from([0x0a, 0x7f, 0x01])],
    ['a number without end', Buffer.alloc(60_000, 0x80)],
    ['noise', Buffer.from('\x00\x01\x02\x03\xff')],
  ])('that is none is refused in kind: %s', async (_what, body) => {
    const response = await page.sendBody(body, type);
    expect(response.status).toBe(400);
    expect(await decode('Status', response)).toEqual({ code: 3, message: 'the body is not valid protobuf' });
  });
});

describe('keys', () => {
  const KEY = `hcxik_${'0'.repeat(26)}`;

  it('stay in the gateway, which sends the spans of the page to Honeycomb as it sends its own', async () => {
    const honeycomb = await startOtlpReceiver();
    cleanUp.add({ stop: () => honeycomb.close() });
    await start({ HONEYCOMB_API_KEY: KEY, HONEYCOMB_API_ENDPOINT: honeycomb.url });
    const span = page.span({ name: 'click for honeycomb' });
    const response = await page.send([span]);
    for (const one of [honeycomb, receiver]) {
      await one.waitFor('the span', () => one.trace(span.traceId).length === 1);
    }
    expect(honeycomb.requests.map(({ headers }) => headers['x-honeycomb-team'])).toEqual([KEY]);
    expect(receiver.requests[0]!.headers).not.toHaveProperty('x-honeycomb-team');
    const told = [page.html, await response.text(), JSON.stringify([...response.headers])];
    for (const file of readdirSync(ASSETS)) told.push(readFileSync(`${ASSETS}${file}`, 'utf8'));
    expect(told.join('\n')).not.toMatch(/hc[a-z]ik_|x-honeycomb-team|api\.honeycomb/i);
  });
});

const ASSETS = fileURLToPath(new URL('../../dist/services/gateway/src/page/static/assets/', import.meta.url));

describe('switched off', () => {
  it('GATEWAY_BROWSER_TRACES=false leaves a page that makes no spans, and nobody who takes any', async () => {
    await start({ GATEWAY_BROWSER_TRACES: 'false' });
    expect([page.html.includes('<div id="app">'), page.token]).toEqual([true, '']);
    expect((await page.sendBody('{}')).status).toBe(404);
  });

  it('GATEWAY_PAGE=false leaves the API alone', async () => {
    await start({ GATEWAY_PAGE: 'false' });
    expect((await fetch(gateway.url)).status).toBe(404);
    expect((await page.sendBody('{}')).status).toBe(404);
    expect((await fetch(gateway.url + HOME)).status).toBe(200);
  });

  it('OTEL_TRACES_EXPORTER=none: there is nowhere to send them', async () => {
    await start({ OTEL_TRACES_EXPORTER: 'none' });
    expect(page.token).toBe('');
  });
});

describe('the files of the page', () => {
  startOnce();

  it('are kept for ever where their names change with them; the document never is', async () => {
    const [, script] = /src="(\/assets\/[^"]+)"/.exec(page.html)!;
    const answers = await Promise.all(['/', script, '/favicon.svg'].map((path) => fetch(gateway.url + path)));
    expect(answers.map(({ headers }) => headers.get('cache-control'))).toEqual([
      'no-store',
      'public, max-age=31536000, immutable',
      'no-cache',
    ]);
    for (const { headers } of answers) {
      expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    const etag = answers[2]!.headers.get('etag')!;
    const again = await fetch(`${gateway.url}/favicon.svg`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  it.each(['/../package.json', '/assets/../index.html', '/assets/%2e%2e/%2e%2e/page.js', '/index.html', '/nothing'])(
    'and nothing beside them: %s',
    async (path) => {
      const { status, headers } = await fetch(gateway.url + path, { redirect: 'manual' });
      expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    },
  );
});
