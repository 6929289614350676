/**
 * What `npm run doctor` runs: proves the path of a trace, from a request to every destination that is configured. Exit
 * status 0 when all is well, 1 when something is wrong, and then with what to type next.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnvironment } from '../environment.ts';
import { StartError } from '../start-error.ts';
import { checkDestinations } from './destinations/check-destinations.ts';
import { type Finding, note, wrong } from './finding.ts';
import { checkMachine } from './machine.ts';
import { checkPreloads } from './preloads.ts';
import { type Link, Report } from './report.ts';
import { type Stoppable, type System, openSystem } from './system.ts';
import { loadTelemetry, type Telemetry } from './telemetry.ts';
import { sendTestTrace } from './test-trace.ts';

const root = resolve(import.meta.dirname, '../..');
const env = readEnvironment(root);
const report = new Report(env, (text) => process.stdout.write(text), readOptions().json);

let running: Stoppable | undefined;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // One Ctrl-C can arrive several times: from the terminal, and from who has started this process.
  process.on(signal, () => {
    if (interrupted) return;
    interrupted = true;
    void Promise.resolve(running?.stop()).then(() => process.exit(130));
  });
}

try {
  await examine();
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  // It was stopped, and so is this process.
  if (interrupted) await new Promise(() => {});
  report.add(wrong('services', `cannot start: ${error.message}`, 'npm start'));
} finally {
  await running?.stop();
}
process.exit(report.end());

function readOptions(): { json: boolean } {
  try {
    const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
    return values;
  } catch {
    process.stderr.write('usage: npm run doctor [-- --json]\n');
    process.exit(2);
  }
}

async function examine(): Promise<void> {
  report.add(...checkMachine(root));
  if (report.isWrong) return;
  const telemetry = await loadTelemetry(root);
  report.add(...(await checkPreloads(root, env)), ...checkSwitches());
  if (isSwitchedOff()) return;
  const system = await openSystem(root, env, (starting) => (running = starting));
  report.add(...system.findings);
  const gatewayUrl = system.addresses.find(({ service }) => service.name === 'gateway')!.url;
  const { findings, traceId } = await sendTestTrace(gatewayUrl, env);
  report.add(...findings);
  useAsServicesDo(system.env);
  report.add(...(await checkDestinations({ ...system, telemetry, traceId, gatewayUrl })));
  if (traceId) report.addTrace(traceId, await linksOf(telemetry, traceId, system));
}

function isSwitchedOff(): boolean {
  return env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true';
}

function checkSwitches(): Finding[] {
  if (isSwitchedOff()) {
    return [wrong('settings', 'OTEL_SDK_DISABLED=true switches tracing off', 'OTEL_SDK_DISABLED=false npm start')];
  }
  if (env.OTEL_TRACES_EXPORTER?.split(',').some((name) => name.trim() === 'none')) {
    const text = 'OTEL_TRACES_EXPORTER=none sends spans nowhere, vendors included';
    return [wrong('settings', text, 'OTEL_TRACES_EXPORTER= npm start')];
  }
  return [];
}

/** The exporters read the environment of the process that they are in. */
function useAsServicesDo(variables: NodeJS.ProcessEnv): void {
  const timeout = String(Math.min(Number(variables.OTEL_EXPORTER_OTLP_TIMEOUT) || 3_000, 3_000));
  Object.assign(process.env, variables, { OTEL_EXPORTER_OTLP_TIMEOUT: timeout });
}

async function linksOf(telemetry: Telemetry, traceId: string, { env, viewerUrl, isOwn }: System): Promise<Link[]> {
  // The dataset that a trace begins in.
  const links = telemetry.readTraceLinks({ OTEL_SERVICE_NAME: 'gateway', ...env }, []);
  await Promise.all(links.map(async (link) => link.prepare?.()));
  const known = links.flatMap((link) => {
    const url = link.url(traceId);
    return url ? [{ name: link.name, url }] : [];
  });
  const port = viewerUrl && new URL(viewerUrl).port;
  const isViewer = ({ name }: Link) => port !== undefined && name === `localhost:${port}`;
  if (!isOwn) return known.map((link) => (isViewer(link) ? { ...link, name: 'trace viewer' } : link));
  if (known.some(isViewer)) report.add(note('trace viewer', 'ends with this check; npm start keeps one'));
  return known.filter((link) => !isViewer(link));
}
