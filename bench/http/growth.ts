import { type Load, type Slice, type Surroundings, slice, startSubject } from './compare.ts';
import { type Subject, SUBJECTS, file, grown, preload } from './subjects.ts';

/** What a request costs with more in it, in microseconds of CPU. */
export interface Growth {
  /** A span without attributes, in a trace of 50 beside one of 5. */
  span_us: number;
  /** The same between traces of 50 and 200 spans: more than span_us would mean that large traces cost more than their spans. */
  span_in_large_trace_us: number;
  attribute_us: number;
  /** CPU per request of D beside A, by the number of connections that ask at once. */
  by_connections: Record<string, number>;
}

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
const CONNECTIONS = [1, 16, 128];
const SHAPES = { few: [5, 0], spans: [50, 0], many: [200, 0], attributes: [50, 20] } as const;

export async function measureGrowth(shared: Surroundings, behind: NodeJS.ProcessEnv, rounds: number): Promise<Growth> {
  // Each of many slices ends with waiting for its spans.
  const around = { ...shared, scheduleDelayMs: 500 };
  const env = { ...around.env, ...behind, OTEL_BSP_SCHEDULE_DELAY: '500' };
  const program = file('./programs/growing.mjs');
  const growing: Subject = {
    id: 'growing',
    title: '',
    args: [...preload('../../dist/services/gateway/src/telemetry.js'), program],
    env: { OTEL_BSP_MAX_QUEUE_SIZE: '100000' },
  };
  const cpu = await compareLoads(around, env, [growing], rounds, Object.entries(SHAPES).map(([name, [spans, attributes]]) => ({
    name,
    load: { path: `/spans/${spans}/attributes/${attributes}`, connections: 16, requests: 500 },
  }))); // prettier-ignore
  const { few, spans, many, attributes } = cpu.get('growing')! as Record<keyof typeof SHAPES, number>;
  const shipped = SUBJECTS.filter(({ id }) => id === 'A' || id === 'D');
  const loads = CONNECTIONS.map((connections) => ({
    name: String(connections),
    load: { path: '/api/activities/home', connections, requests: 2_000 },
  }));
  const concurrent = await compareLoads(around, env, shipped, rounds, loads);
  return {
    span_us: (spans - few) / 45,
    span_in_large_trace_us: (many - spans) / 150,
    attribute_us: (attributes - spans) / 1_000,
    by_connections: Object.fromEntries(
      CONNECTIONS.map((n) => [n, concurrent.get('D')![n]! / concurrent.get('A')![n]!]),
    ),
  };
}

/** Medians of CPU per request, by subject and load. */
async function compareLoads(
  around: Surroundings,
  env: NodeJS.ProcessEnv,
  subjects: readonly Subject[],
  rounds: number,
  loads: { name: string; load: Load }[],
): Promise<Map<string, Record<string, number>>> {
  const running = [];
  try {
    for (const subject of subjects) running.push(await startSubject(grown(subject), env));
    const slices = new Map<string, Record<string, Slice[]>>();
    for (let round = 0; round <= rounds; round++) {
      for (const { name, load } of loads) {
        for (const measured of running) {
          const one = await slice(measured, load, around);
          // The first round is the warm-up.
          if (round === 0) continue;
          const { id } = measured.subject;
          const of = slices.get(id) ?? {};
          slices.set(id, { ...of, [name]: [...(of[name] ?? []), one] });
        }
      }
    }
    const medians = (of: Record<string, Slice[]>) =>
      Object.fromEntries(Object.entries(of).map(([name, list]) => [name, median(list.map((one) => one.cpu_us))]));
    return new Map([...slices].map(([id, of]) => [id, medians(of)]));
  } finally {
    for (const measured of running) await measured.stop();
  }
}
