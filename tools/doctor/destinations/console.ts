import { setTimeout as sleep } from 'node:timers/promises';
import { type Finding, ok, wrong } from '../finding.ts';
import type { Context } from './context.ts';

const PATIENCE_MS = 10_000;
const POLL_MS = 100;

export async function checkConsole({ traceId, output }: Context): Promise<Finding[]> {
  // Of services that somebody else has started nothing can be read.
  if (!traceId || output() === '') return [ok('console', 'trees of spans are on the terminal of npm start')];
  const deadline = performance.now() + PATIENCE_MS;
  while (!output().includes(`trace ${traceId}`)) {
    if (performance.now() > deadline) {
      return [wrong('console', 'no service has printed the trace', 'OTEL_TRACES_EXPORTER=console npm start')];
    }
    await sleep(POLL_MS);
  }
  return [ok('console', 'the services print the trace as a tree')];
}
