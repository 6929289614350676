import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Whether the system knows a process with this number, be it a zombie or somebody else's. */
export function exists(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether this process is the PostgreSQL server of this data folder, and not another that got its number.
 * Neither is a zombie, which in a container may stay for ever: it has no command line any more.
 */
export function isServerOf(pid: number, dataDir: string): boolean {
  if (!exists(pid)) return false;
  // Windows tells nobody the command line of a process cheaply; there the number has to do.
  if (process.platform === 'win32') return true;
  const [program = '', ...args] = commandLine(pid);
  return basename(program) === 'postgres' && args[args.indexOf('-D') + 1] === dataDir;
}

function commandLine(pid: number): string[] {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const line = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    // `ps` joins with blanks, which the folder may hold too: ours are the program, -D and the folder, then -c.
    const [, program = '', folder = ''] = /^(.*) -D (.*?)(?: -c .*)?$/.exec(line.trim()) ?? [];
    return [program, '-D', folder];
  } catch {
    return [];
  }
}
