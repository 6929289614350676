import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A broker of this test's own: a child process on a loopback port, with its data in a temporary folder. */
export interface Broker {
  port: number;
  stop(): Promise<void>;
}

export interface BrokerCommand {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** The Debian package that has the command. */
  package: string;
}

const START_TIMEOUT_MS = 90_000;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a broker and waits until it accepts connections.
 *
 * @param describe gives the command, for its port and its folder
 * @throws Error with what the broker wrote, when it exits or does not listen in time
 */
export async function startBroker(
  describe: (port: number, folder: string) => BrokerCommand | Promise<BrokerCommand>,
): Promise<Broker> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-broker-'));
  const command = await describe(port, folder);
  const log = join(folder, 'broker.log');
  const child = await run(command, log);
  const stop = async () => {
    await stopProcess(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await listening(port, child);
  } catch (error) {
    const written = await readFile(log, 'utf8').catch(() => '');
    await stop();
    throw new Error(`${command.command} did not start: ${written.slice(-2_000)}`, { cause: error });
  }
  return { port, stop };
}

/** Starts a process in a group of its own, so that its children can be stopped with it. */
export async function run({ command, args, env, package: name }: BrokerCommand, log: string): Promise<ChildProcess> {
  const options: SpawnOptions = {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  };
  const child = spawn(command, args, options);
  const file = createWriteStream(log);
  child.stdout?.pipe(file, { end: false });
  child.stderr?.pipe(file, { end: false });
  child.once('close', () => file.end());
  const failed = once(child, 'error').then(([error]) => {
    throw new Error(`${command} is not there: install the package ${name}`, { cause: error });
  });
  await Promise.race([once(child, 'spawn'), failed]);
  return child;
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();
  signalGroup(child.pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child.pid!, 'SIGKILL'), 5_000);
  await exited;
  clearTimeout(timer);
  signalGroup(child.pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`exited with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`nothing listens after ${START_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });
}
