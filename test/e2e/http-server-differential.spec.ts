import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { exchange } from '../differential/exchange.js';
import { histogramOf, namePorts, pointsOf } from '../differential/histogram.js';
import { Program, type TracedBy, playAll } from '../differential/program.js';
import { SERVER_DIFFERENCES } from '../differential/server-differences.js';
import { SERVER_SCENARIOS, type ServerScenario } from '../differential/server-scenarios.js';
import { type Ports, show, withoutIds, withoutPorts } from '../differential/shown-span.js';
import { expectToCoverTheWork } from '../differential/timing.js';
import { type Outcome, applyDifferences } from '../differential/wanted.js';

// The same requests to two servers that differ in who traces them: this library, or the official instrumentations.

const CALLER = '2'.repeat(16);
const traceIdOf = (scenario: ServerScenario) => (SERVER_SCENARIOS.indexOf(scenario) + 1).toString(16).padStart(32, 'f');
const programs = {} as Record<TracedBy, Program>;
const answers = new Map<string, string>();
const open = {} as Record<TracedBy, string[]>;
const shownDifferences = new Set<string>();
let receiver: OtlpReceiver;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  for (const by of ['ours', 'official'] as const) {
    const program = (programs[by] = await Program.start('./server.ts', by, receiver.url));
    const play = async (scenario: ServerScenario) => {
      const traceparent = `00-${traceIdOf(scenario)}-${CALLER}-01`;
      const taken = program.taken.bind(program);
      const playTo = (to = scenario.to ?? 'http', spoken = scenario.by) =>
        exchange({ ...scenario, to, by: spoken }, program.ports[to]!, traceparent, taken);
      answers.set(`${by} ${scenario.name}`, await playTo());
      // The official one traces no server that speaks HTTP/2. Its spans would be those of HTTP/1.1.
      if (by === 'official' && scenario.to === 'h2c') await playTo('http', 'http');
      if (by === 'official' && scenario.to === 'h2') await playTo('https', 'https');
    };
    await playAll(SERVER_SCENARIOS, play);
    open[by] = await program.stop();
  }
}, 30_000);
afterAll(async () => {
  for (const program of Object.values(programs)) await program.kill();
  await receiver.close();
});

const portsOf = (by: TracedBy): Ports => new Map(Object.values(programs[by].ports).map((port) => [port, '{port}']));

function spansOf(by: TracedBy, scenario: ServerScenario) {
  const ofProgram = receiver.spans.filter(({ service }) => service === by);
  const traceId = scenario.ownTrace
    ? ofProgram.find(({ attributes }) => attributes['url.query'] === scenario.query)?.traceId
    : traceIdOf(scenario);
  return ofProgram.filter((span) => span.traceId === traceId);
}

function outcomeOf(by: TracedBy, scenario: ServerScenario): Outcome {
  const spans = spansOf(by, scenario);
  const answer = withoutIds(answers.get(`${by} ${scenario.name}`)!, spans);
  return { spans: show(spans, portsOf(by)), wire: [withoutPorts(answer, portsOf(by))] };
}

const wantedOf = (scenario: ServerScenario) =>
  applyDifferences(outcomeOf('official', scenario), scenario, SERVER_DIFFERENCES, shownDifferences);

describe.each(SERVER_SCENARIOS)('$name', (scenario) => {
  it('has the same outcome', () => {
    expect(outcomeOf('ours', scenario)).toEqual(wantedOf(scenario));
  });

  it('has spans that cover the work', () => {
    expectToCoverTheWork(spansOf('ours', scenario), 'SERVER', scenario.lasts);
  });
});

it('shows every wanted difference, and the page on it names each', () => {
  const names = SERVER_DIFFERENCES.map(({ name }) => name);
  expect(names.filter((name) => !shownDifferences.has(name))).toEqual([]);
  const page = readFileSync(new URL('../../docs/http-instrumentation.md', import.meta.url), 'utf8');
  expect(names.filter((name) => !page.includes(`| ${name} |`))).toEqual([]);
});

it('ends every span', () => {
  expect(open.ours).toEqual([]);
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
    expect(histogramOf(receiver, 'ours', NAME).instrument).toEqual(histogramOf(receiver, 'official', NAME).instrument);
  });

  it('has the attributes that the spans have, and the route', () => {
    const official = SERVER_SCENARIOS.flatMap((scenario) => outcomeOf('official', scenario).spans.filter(server));
    const ours = SERVER_SCENARIOS.flatMap((scenario) => wantedOf(scenario).spans.filter(server));
    const measured = (by: TracedBy) => namePorts(histogramOf(receiver, by, NAME).points, portsOf(by));
    expect(measured('official')).toEqual(pointsOf(official, KEYS));
    expect(measured('ours')).toEqual(pointsOf(ours, [...KEYS, 'http.route']));
  });
});
