import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Comparison } from '../differential/comparison.js';
import { exchange } from '../differential/exchange.js';
import { histogramOf, namePorts, pointsOf } from '../differential/histogram.js';
import type { TracedBy } from '../differential/program.js';
import { SERVER_DIFFERENCES } from '../differential/server-differences.js';
import { SERVER_SCENARIOS, type ServerScenario } from '../differential/server-scenarios.js';
import { type Ports, show, withoutIds, withoutPorts } from '../differential/shown-span.js';
import { expectToCoverTheWork } from '../differential/timing.js';
import type { Outcome } from '../differential/wanted.js';

// The same requests to two servers.

const CALLER = '2'.repeat(16);
const comparison = new Comparison('./server.ts', SERVER_SCENARIOS, SERVER_DIFFERENCES);
const answers = new Map<string, string>();

beforeAll(async () => {
  await comparison.run(async (program, scenario) => {
    const traceparent = `00-${comparison.traceIdOf(scenario)}-${CALLER}-01`;
    const taken = program.taken.bind(program);
    const playTo = (to = scenario.to ?? 'http', by = scenario.by) =>
      exchange({ ...scenario, to, by }, program.ports[to]!, traceparent, taken);
    answers.set(`${program.tracedBy} ${scenario.name}`, await playTo());
    if (program.tracedBy === 'ours') return;
    // The official one traces no server that speaks HTTP/2. Its spans would be those of HTTP/1.1.
    if (scenario.to === 'h2c') await playTo('http', 'http');
    if (scenario.to === 'h2') await playTo('https', 'https');
  });
}, 60_000);
afterAll(() => comparison.close());

const portsOf = (by: TracedBy): Ports =>
  new Map(Object.values(comparison.programs[by].ports).map((port) => [port, '{port}']));

function spansOf(by: TracedBy, scenario: ServerScenario) {
  if (!scenario.ownTrace) return comparison.spansOf(by, comparison.traceIdOf(scenario));
  const asked = comparison.receiver.spans.find(({ service, attributes }) => service === by && attributes['url.query'] === scenario.query); // prettier-ignore
  return comparison.spansOf(by, asked?.traceId);
}

function outcomeOf(by: TracedBy, scenario: ServerScenario): Outcome {
  const spans = spansOf(by, scenario);
  const answer = withoutIds(answers.get(`${by} ${scenario.name}`)!, spans);
  return { spans: show(spans, portsOf(by)), wire: [withoutPorts(answer, portsOf(by))] };
}

const wantedOf = (scenario: ServerScenario) => comparison.wanted(outcomeOf('official', scenario), scenario);

describe.each(SERVER_SCENARIOS)('$name', (scenario) => {
  it('has the same outcome', () => {
    expect(outcomeOf('ours', scenario)).toEqual(wantedOf(scenario));
  });

  it('has spans that cover the work', () => {
    expectToCoverTheWork(spansOf('ours', scenario), 'SERVER', scenario.lasts);
  });
});

it('shows every wanted difference, and the page on it names each', () => {
  expect(comparison.unfounded()).toEqual([]);
});

it('ends every span', () => {
  expect(comparison.open.ours).toEqual([]);
});

describe('http.server.request.duration', () => {
  const NAME = 'http.server.request.duration';
  const KEYS = [
    'error.type',
    'http.request.method',
    'http.response.status_code',
    'network.protocol.version',
    'url.scheme',
  ];
  const server = ({ kind }: { kind: string }) => kind === 'SERVER';

  it('is the same instrument', () => {
    expect(histogramOf(comparison.receiver, 'ours', NAME).instrument).toEqual(
      histogramOf(comparison.receiver, 'official', NAME).instrument,
    );
  });

  it('has the attributes that the spans have, and the route', () => {
    const official = SERVER_SCENARIOS.flatMap((scenario) => outcomeOf('official', scenario).spans.filter(server));
    const ours = SERVER_SCENARIOS.flatMap((scenario) => wantedOf(scenario).spans.filter(server));
    const measured = (by: TracedBy) => namePorts(histogramOf(comparison.receiver, by, NAME).points, portsOf(by));
    expect(measured('official')).toEqual(pointsOf(official, KEYS));
    expect(measured('ours')).toEqual(pointsOf(ours, [...KEYS, 'http.route']));
  });
});
