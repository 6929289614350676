/**
 * What `npm start` runs: PostgreSQL and every service, on one terminal, until Ctrl-C or SIGTERM. Services write on
 * stdout what they log; what the runner itself has to say goes to stderr, so that stdout stays JSON lines.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Address, findAddresses } from './addresses.ts';
import { type DatabaseServer, openDatabaseServer } from './database-server.ts';
import { readEnvironment } from './environment.ts';
import { HOME_ACTIVITIES_EVENTS, SERVICES } from './services.ts';
import { StartError } from './start-error.ts';
import { SupervisedService } from './supervised-service.ts';
import { findTraceDestination } from './trace-destination.ts';
import { welcome } from './welcome.ts';

/** One Ctrl-C can arrive several times: from the terminal, from npm, from the process that started this one. */
const SAME_SIGNAL_MS = 1_000;

const root = resolve(import.meta.dirname, '..');
const say = (text: string) => void process.stderr.write(`${text}\n`);
// A terminal that has been closed must not keep anything from stopping in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

let opening: Promise<DatabaseServer> | undefined;
let database: DatabaseServer | undefined;
let supervised: SupervisedService[] = [];
let stopped: Promise<void> | undefined;

let firstSignalAt: number | undefined;
const isStopping = () => firstSignalAt !== undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (firstSignalAt === undefined) {
      firstSignalAt = performance.now();
      say('\nStopping ... (again to kill at once)');
      void stop().then(() => process.exit(0));
    } else if (performance.now() - firstSignalAt > SAME_SIGNAL_MS) {
      for (const service of supervised) service.kill();
      database?.kill();
      process.exit(130);
    }
  });
}

try {
  await start();
} catch (error) {
  if (!isStopping()) {
    say(error instanceof StartError ? `Cannot start: ${error.message}` : String((error as Error).stack));
    await stop();
    process.exit(1);
  }
}

async function start(): Promise<void> {
  const env = readEnvironment(root);
  const dataDir = resolve(root, env.CRUDDUR_DATA_DIR ?? '.data');
  mkdirSync(dataDir, { recursive: true });
  const events = { ...HOME_ACTIVITIES_EVENTS, skipWhenPortTaken: env.EVENTS_URL !== undefined };
  const found = await findAddresses([...SERVICES, events], env);
  const addresses = found.slice(0, -1);
  const traces = await findTraceDestination(
    env,
    addresses.find(({ service }) => service.takesOtlp),
  );
  if (isStopping()) return;
  opening = openDatabaseServer(env.DATABASE_URL, dataDir, say);
  const server = (database = await opening);
  const wanted = addresses.filter(({ taken }) => !taken);
  const common = {
    NODE_COMPILE_CACHE: join(dataDir, 'compile-cache'),
    ...fromServices(addresses, dataDir),
    ...env,
    ...eventsAt(found.at(-1)!, env),
    ...traces.env,
    // For `npm run honeycomb` alone: it may write.
    HONEYCOMB_CONFIG_KEY: undefined,
  };
  const services = await Promise.all(wanted.map((address) => supervise(address, common, server)));
  if (isStopping()) return;
  supervised = services;
  await Promise.all(supervised.map((service) => service.start()));
  if (!isStopping()) say(welcome(addresses, server.text, traces.text));
}

/** What follows from the list of services; the environment may say otherwise. */
function fromServices(addresses: Address[], dataDir: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { service, url } of addresses) {
    if (service.urlVariable) variables[service.urlVariable] = url;
    if (service.dataVariable) variables[service.dataVariable] = join(dataDir, service.name);
  }
  return variables;
}

function eventsAt({ url, port }: Address, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const eventsUrl = env.HOME_ACTIVITIES_EVENTS_URL ?? url.replace(/^http:/, 'tcp:');
  return { EVENTS_PORT: String(port), HOME_ACTIVITIES_EVENTS_URL: eventsUrl };
}

async function supervise({ service, port, url }: Address, common: NodeJS.ProcessEnv, server: DatabaseServer) {
  const { name, portVariable, database, traced, env } = service;
  const dist = `./dist/services/${name}/src`;
  const preloads = [...(traced ? [`${dist}/telemetry.js`] : []), './tools/stop-with-parent.mjs'];
  const databaseUrl = database && (await server.createDatabase(database));
  return new SupervisedService({
    name,
    args: ['--enable-source-maps', ...preloads.flatMap((file) => ['--import', file]), `${dist}/main.js`],
    cwd: root,
    env: { ...env, ...common, [portVariable]: String(port), DATABASE_URL: databaseUrl },
    readyUrl: `${url}/health/ready`,
    say,
    stopTimeoutMs: stopTimeout(common),
  });
}

/** Above what the service allows its requests and its shutdown hooks itself. */
function stopTimeout(env: NodeJS.ProcessEnv): number {
  return (Number(env.DRAIN_DELAY_MS) || 0) + (Number(env.SHUTDOWN_TIMEOUT_MS) || 10_000) + 15_000;
}

/** Callers before those they call, so that nobody's request fails, and the database last. */
function stop(): Promise<void> {
  stopped ??= (async () => {
    for (const service of supervised.toReversed()) await service.stop();
    const server = await opening?.catch(() => undefined);
    await server?.stop();
  })();
  return stopped;
}
