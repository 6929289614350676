import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CLIENT_DIFFERENCES } from '../differential/client-differences.js';
import { CLIENT_SCENARIOS, type ClientScenario } from '../differential/client-scenarios.js';
import { Comparison } from '../differential/comparison.js';
import { histogramOf, namePorts, pointsOf } from '../differential/histogram.js';
import type { TracedBy } from '../differential/program.js';
import { show, sorted, withoutIds, withoutPorts } from '../differential/shown-span.js';
import { expectToCoverTheWork } from '../differential/timing.js';
import { Upstream } from '../differential/upstream.js';
import type { Outcome } from '../differential/wanted.js';

// The same calls by two clients.

const comparison = new Comparison('./client.ts', CLIENT_SCENARIOS, CLIENT_DIFFERENCES);
const upstreams: Record<TracedBy, Upstream> = { ours: new Upstream(), official: new Upstream() };
const results = new Map<string, string>();
const ports = new Map<number, string>();

beforeAll(async () => {
  const where = { ours: await upstreams.ours.listen(), official: await upstreams.official.listen() };
  for (const url of Object.values(where).flatMap(({ url, ipv6, https, h2c, h2 }) => [url, ipv6, https, h2c, h2])) {
    ports.set(Number(new URL(url).port), '{port}');
  }
  await comparison.run(async (program, scenario) => {
    const by = program.tracedBy;
    const message = { id: scenario.name, traceId: comparison.traceIdOf(scenario), where: where[by] };
    const { outcome } = await program.ask(message);
    results.set(`${by} ${scenario.name}`, withoutPorts(outcome as string, ports));
  });
}, 60_000);
afterAll(async () => {
  await comparison.close();
  for (const upstream of Object.values(upstreams)) await upstream.close();
});

const spansOf = (by: TracedBy, scenario: ClientScenario) => comparison.spansOf(by, comparison.traceIdOf(scenario));

function outcomeOf(by: TracedBy, scenario: ClientScenario): Outcome {
  const spans = spansOf(by, scenario);
  const headers = upstreams[by].arrived.get(comparison.traceIdOf(scenario)) ?? [];
  return { spans: show(spans, ports), wire: sorted(headers.map((header) => withoutIds(header, spans))) };
}

const wantedOf = (scenario: ClientScenario) => comparison.wanted(outcomeOf('official', scenario), scenario);

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
  expect(comparison.unfounded()).toEqual([]);
});

it('ends every span', () => {
  expect(comparison.open.ours).toEqual([]);
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
    const { instrument } = histogramOf(comparison.receiver, 'official', NAME);
    expect(histogramOf(comparison.receiver, 'ours', NAME).instrument).toEqual({ ...instrument, description });
  });

  it('has the attributes that the spans have; the scheme is left out, and the template is there', () => {
    const official = CLIENT_SCENARIOS.flatMap((scenario) => outcomeOf('official', scenario).spans.filter(client));
    const ours = CLIENT_SCENARIOS.flatMap((scenario) => wantedOf(scenario).spans.filter(client));
    const measured = (by: TracedBy) => namePorts(histogramOf(comparison.receiver, by, NAME).points, ports);
    // A suppressed call has no span, which the official one measures all the same. It is like this one.
    const suppressed = official.find(({ attributes }) => attributes['http.response.status_code'] === 200)!;
    expect(measured('official')).toEqual(pointsOf([...official, suppressed], [...KEYS, 'url.scheme']));
    expect(measured('ours')).toEqual(pointsOf(ours, [...KEYS, 'url.template']));
  });
});
