import { type Address, findAddress } from '../addresses.ts';
import { SERVICES } from '../services.ts';
import { findTraceDestination } from '../trace-destination.ts';
import { ask } from './http.ts';
import { type Finding, note, ok, wrong } from './finding.ts';
import { OwnSystem } from './own-system.ts';

export interface Stoppable {
  stop: () => Promise<void>;
}

/** The services that are looked at: those that run, or, when none does, some for the time of the check. */
export interface System extends Stoppable {
  findings: Finding[];
  addresses: Address[];
  /** As the services have it, as far as it says where traces go. */
  env: NodeJS.ProcessEnv;
  /** The viewer that takes the traces, if there is one. */
  viewerUrl: string | undefined;
  /** True when all of it ends with the check. */
  isOwn: boolean;
  /** What the services have written so far; nothing is known of services that somebody else has started. */
  output: () => string;
}

/**
 * @param starting is given what has to be stopped when the check ends early
 * @throws StartError when there is nothing running and nothing can be started
 */
export async function openSystem(
  root: string,
  env: NodeJS.ProcessEnv,
  starting: (system: Stoppable) => void,
): Promise<System> {
  const gateway = SERVICES.find(({ name }) => name === 'gateway')!;
  const { taken } = await findAddress(gateway, env);
  return taken ? runningSystem(env) : ownSystem(root, env, starting);
}

async function runningSystem(env: NodeJS.ProcessEnv): Promise<System> {
  const addresses = await Promise.all(SERVICES.map((service) => findAddress(service, env)));
  const viewer = addresses.find(({ service }) => service.takesOtlp);
  const findings = await Promise.all(addresses.filter(({ service }) => service.traced).map(checkRunning));
  const hint = 'they were started with variables of their own: give the doctor the same ones, here or in .env';
  return {
    findings: [note('services', `those that run are used; ${hint}`), ...findings],
    addresses,
    ...(await destinationOf(env, viewer)),
    isOwn: false,
    output: () => '',
    stop: async () => {},
  };
}

async function ownSystem(root: string, env: NodeJS.ProcessEnv, starting: (system: Stoppable) => void): Promise<System> {
  const system = await OwnSystem.start(root, env, starting);
  const viewer = system.addresses.find(({ service }) => service.takesOtlp);
  return {
    findings: [ok('services', 'none is running; started for this check, on free ports and a database of their own')],
    addresses: system.addresses,
    ...(await destinationOf({ OTEL_BSP_SCHEDULE_DELAY: '200', ...env }, viewer)),
    isOwn: true,
    output: () => system.stdout,
    stop: () => system.stop(),
  };
}

async function checkRunning({ service, port, url, taken }: Address): Promise<Finding> {
  // Whether it works all the same the test trace will tell.
  if (!taken) return note(service.name, `does not listen on ${url}; in containers it cannot be reached from here`);
  const answer = await ask(`${url}/health/ready`);
  if (typeof answer === 'string') return wrong(service.name, `${url} does not answer (${answer})`, 'npm start');
  const { status } = (answer.body ?? {}) as { status?: string };
  if (answer.status === 200 && status) return ok(service.name, `${url} is ready`);
  if (status) return wrong(service.name, `${url} is not ready (${status})`, `curl ${url}/health/ready`);
  const text = `port ${port} is taken by something else`;
  return wrong(service.name, text, `${service.portVariable}=${port + 100} npm start`);
}

/** What `npm start` decides about it, by the same code. */
async function destinationOf(env: NodeJS.ProcessEnv, viewer: Address | undefined) {
  const isViewer = viewer !== undefined && (await isTraceViewer(viewer.url));
  const receiver = viewer && { ...viewer, taken: !isViewer };
  const traces = await findTraceDestination(env, receiver);
  return { env: { ...env, ...traces.env }, viewerUrl: isViewer ? viewer.url : undefined };
}

async function isTraceViewer(url: string): Promise<boolean> {
  const answer = await ask(`${url}/api/status`);
  return typeof answer !== 'string' && answer.status === 200 && Object.hasOwn(answer.body ?? {}, 'store_bytes');
}
