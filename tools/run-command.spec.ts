import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runCommand } from './run-command.mjs';

const run = (script: string) => runCommand(process.execPath, ['-e', script], { cwd: import.meta.dirname });

let runner: ChildProcess | undefined;
afterEach(() => void runner?.kill('SIGKILL'));

describe('runCommand', () => {
  it('gives the exit status', async () => {
    expect([await run(''), await run('process.exit(7)')]).toEqual([0, 7]);
  });

  it('gives 128 and its number for a signal', async () => {
    expect(await run("process.kill(process.pid, 'SIGKILL')")).toBe(137);
  });

  it('names a command that is not there', async () => {
    await expect(runCommand('no-such-command', [], { cwd: import.meta.dirname })).rejects.toThrow('no-such-command');
  });

  it('leaves no signal handlers behind', async () => {
    const before = process.listenerCount('SIGTERM');
    await run('');
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'hands %s on, and waits for what the command makes of it',
    async (signal) => {
      const command = `process.on('${signal}', () => setTimeout(() => process.exit(5), 50)); setInterval(() => {}, 60_000); console.log('up')`;
      const script = `
      import { runCommand } from ${JSON.stringify(resolve(import.meta.dirname, 'run-command.mjs'))};
      process.exit(await runCommand(process.execPath, ['-e', ${JSON.stringify(command)}], { cwd: '.' }));`;
      runner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(runner.stdout!, 'data');
      runner.kill(signal);
      expect(await once(runner, 'exit')).toEqual([5, null]);
    },
  );
});
