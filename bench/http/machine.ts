import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/**
 * The measured process has a core to itself, and everything that it talks to another: otherwise they would take each
 * other's caches and turns. Where that cannot be had (one core, no taskset) the figures are worse, and it is said.
 */
export const CAN_PIN = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;
const MEASURED_CORE = '1';
const OTHERS_CORE = '0';

/** This process, and all that it starts, keeps off the measured core. */
export function pinToOthers(): void {
  if (CAN_PIN) spawnSync('taskset', ['-acp', OTHERS_CORE, String(process.pid)]);
}

export interface Started {
  child: ChildProcess;
  stop(): Promise<void>;
}

export interface Program {
  /** Of node: options, the file, its arguments. */
  args: string[];
  env?: NodeJS.ProcessEnv;
  measured: boolean;
}

/** Starts node with an IPC channel. Its stdout is read and thrown away, as something reads a container's. */
export function start({ args, env = {}, measured }: Program): Started {
  const pin = CAN_PIN ? ['taskset', '-c', measured ? MEASURED_CORE : OTHERS_CORE] : [];
  const [command = '', ...rest] = [...pin, process.execPath, ...args];
  const child = spawn(command, rest, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  child.stdout?.resume();
  const exited = once(child, 'exit');
  return {
    child,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Sends a message and waits for the answer. */
export async function ask<Answer>({ child }: Started, message: object | string): Promise<Answer> {
  child.send(message);
  return nextMessage<Answer>({ child });
}

/** @throws when the process ends instead */
export async function nextMessage<Answer>({ child }: Pick<Started, 'child'>): Promise<Answer> {
  const gone = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: gone.signal }).then(([answer]) => answer as Answer),
      once(child, 'exit', { signal: gone.signal }).then(([code]) => {
        throw new Error(`${child.spawnargs.join(' ')} ended with status ${String(code)}`);
      }),
    ]);
  } finally {
    gone.abort();
  }
}
