import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { CLIENT_DIFFERENCES } from '../differential/client-differences.js';
import { CLIENT_SCENARIOS, type ClientScenario } from '../differential/client-scenarios.js';
import { histogramOf, namePorts, pointsOf } from '../differential/histogram.js';
import { Program, type TracedBy, playAll } from '../differential/program.js';
import { show, sorted, withoutIds, withoutPorts } from '../differential/shown-span.js';
import { expectToCoverTheWork } from '../differential/timing.js';
import { Upstream } from '../differential/upstream.js';
import { type Outcome, applyDifferences } from '../differential/wanted.js';

// The same calls by two clients that differ in who traces them: this library, or the official instrumentations.

const traceIdOf = (scenario: ClientScenario) => (CLIENT_SCENARIOS.indexOf(scenario) + 1).toString(16).padStart(32, 'f');
const programs = {} as Record<TracedBy, Program>;
const upstreams = {} as Record<TracedBy, Upstream>;
const results = new Map<string, string>();
const open = {} as Record<TracedBy, string[]>;
const ports = new Map<number, string>();
const shownDifferences = new Set<string>();
let receiver: OtlpReceiver;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  for (const by of ['ours', 'official'] as const) {
    const upstream = (upstreams[by] = new Upstream());
    const where = await upstream.listen();
    for (const url of [where.url, where.ipv6, where.https, where.h2c, where.h2])
      ports.set(Number(new URL(url).port), '{port}');
    const program = (programs[by] = await Program.start('./client.ts', by, receiver.url));
    const play = async (scenario: ClientScenario) => {
      const { outcome } = await program.ask({ id: scenario.name, traceId: traceIdOf(scenario), where });
      results.set(`${by} ${scenario.name}`, withoutPorts(outcome as string, ports));
    };
    await playAll(CLIENT_SCENARIOS, play);
    open[by] = await program.stop();
  }
}, 30_000);
afterAll(async () => {
  for (const program of Object.values(programs)) await program.kill();
  for (const upstream of Object.values(upstreams)) await upstream.close();
  await receiver.close();
});

const spansOf = (by: TracedBy, scenario: ClientScenario) =>
  receiver.trace(traceIdOf(scenario)).filter(({ service }) => service === by);

function outcomeOf(by: TracedBy, scenario: ClientScenario): Outcome {
  const spans = spansOf(by, scenario);
  const headers = upstreams[by].arrived.get(traceIdOf(scenario)) ?? [];
  return { spans: show(spans, ports), wire: sorted(headers.map((header) => withoutIds(header, spans))) };
}

const wantedOf = (scenario: ClientScenario) =>
  applyDifferences(outcomeOf('official', scenario), scenario, CLIENT_DIFFERENCES, shownDifferences);

describe.each(CLIENT_SCENARIOS)('$name', (scenario) => {
  it('has the same outcome', () => {
    expect(outcomeOf('ours', scenario)).toEqual(wantedOf(scenario));
  });

  it('ends the same for the caller', () => {
    expect(results.get(`ours ${scenario.name}`)).toBe(results.get(`official ${scenario.name}`));
  });

  it('has spans that cover the work', () => {
    expectToCoverTheWork(spansOf('ours', scenario), 'CLIENT', scenario.lasts);
  });
});

it('shows every wanted difference, and the page on it names each', () => {
  const names = CLIENT_DIFFERENCES.map(({ name }) => name);
  expect(names.filter((name) => !shownDifferences.has(name))).toEqual([]);
  const page = readFileSync(new URL('../../docs/http-instrumentation.md', import.meta.url), 'utf8');
  expect(names.filter((name) => !page.includes(`| ${name} |`))).toEqual([]);
});

it('ends every span', () => {
  expect(open.ours).toEqual([]);
});

describe('http.client.request.duration', () => {
  const NAME = 'http.client.request.duration';
  const KEYS = [
    'error.type',
    'http.request.method',
    'http.response.status_code',
    'network.protocol.version',
    'server.address',
    'server.port',
  ];
  const client = ({ kind }: { kind: string }) => kind === 'CLIENT';

  it('is the same instrument', () => {
    // The description is the one of the conventions; the official one has its own.
    const description = 'Duration of HTTP client requests.';
    const { instrument } = histogramOf(receiver, 'official', NAME);
    expect(histogramOf(receiver, 'ours', NAME).instrument).toEqual({ ...instrument, description });
  });

  it('has the attributes that the spans have; the scheme is left out, and the template is there', () => {
    const official = CLIENT_SCENARIOS.flatMap((scenario) => outcomeOf('official', scenario).spans.filter(client));
    const ours = CLIENT_SCENARIOS.flatMap((scenario) => wantedOf(scenario).spans.filter(client));
    const measured = (by: TracedBy) => namePorts(histogramOf(receiver, by, NAME).points, ports);
    // A suppressed call has no span, which the official one measures all the same. It is like this one.
    const suppressed = official.find(({ attributes }) => attributes['http.response.status_code'] === 200)!;
    expect(measured('official')).toEqual(pointsOf([...official, suppressed], [...KEYS, 'url.scheme']));
    expect(measured('ours')).toEqual(pointsOf(ours, [...KEYS, 'url.template']));
  });
});
