import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { exchange } from '../differential/exchange.js';
import { Program, type TracedBy } from '../differential/program.js';
import { SERVER_DIFFERENCES } from '../differential/server-differences.js';
import { SERVER_SCENARIOS, type ServerScenario } from '../differential/server-scenarios.js';
import { show, withoutPorts } from '../differential/shown-span.js';
import { applyDifferences } from '../differential/wanted.js';

// The same requests to two servers that differ in who traces them: this library, or the official instrumentations.

const CALLER = '2'.repeat(16);
const traceIdOf = (scenario: ServerScenario) => (SERVER_SCENARIOS.indexOf(scenario) + 1).toString(16).padStart(32, 'f');
const programs = {} as Record<TracedBy, Program>;
const answers = new Map<string, string>();
const open = {} as Record<TracedBy, string[]>;
let receiver: OtlpReceiver;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  for (const by of ['ours', 'official'] as const) {
    const program = (programs[by] = await Program.start('./server.ts', by, receiver.url));
    const play = async (scenario: ServerScenario) => {
      const port = program.ready.ports[scenario.to ? 1 : 0];
      const answer = await exchange(scenario, port, `00-${traceIdOf(scenario)}-${CALLER}-01`);
      answers.set(`${by} ${scenario.name}`, withoutPorts(answer, portsOf(by)));
    };
    await Promise.all(SERVER_SCENARIOS.map(play));
    open[by] = await program.stop();
  }
}, 30_000);
afterAll(async () => {
  for (const program of Object.values(programs)) await program.kill();
  await receiver.close();
});

const portsOf = (by: TracedBy): Map<number, string> =>
  new Map(programs[by].ready.ports.map((port: number) => [port, '{port}']));

function spansOf(by: TracedBy, scenario: ServerScenario) {
  const ofProgram = receiver.spans.filter(({ service }) => service === by);
  const traceId = scenario.ownTrace
    ? ofProgram.find(({ attributes }) => attributes['url.query'] === scenario.query)?.traceId
    : traceIdOf(scenario);
  return ofProgram.filter((span) => span.traceId === traceId);
}
const shown = (by: TracedBy, scenario: ServerScenario) => show(spansOf(by, scenario), portsOf(by));
const seen = new Set<string>();

describe.each(SERVER_SCENARIOS)('$name', (scenario) => {
  it('makes the same spans', () => {
    const wanted = applyDifferences(shown('official', scenario), scenario, SERVER_DIFFERENCES, seen);
    expect(shown('ours', scenario)).toEqual(wanted);
  });

  it('is answered the same', () => {
    const ours = answers.get(`ours ${scenario.name}`)!;
    expect(ours.replaceAll(/^traceresponse: .*\r\n/gm, '')).toBe(answers.get(`official ${scenario.name}`));
  });
});

it('shows every wanted difference', () => {
  expect(SERVER_DIFFERENCES.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([]);
});

it('ends every span', () => {
  expect(open.ours).toEqual([]);
});
