import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { startEmbeddedPostgres } from '../../tools/embedded-postgres.ts';
import { freePorts } from '../support/free-ports.js';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: REPOSITORY })];

describe('the quick start of the README', () => {
  const section = /## Quick start\n([\s\S]*?)\n### /.exec(readme)![1]!;
  const [first, second] = Array.from(section.matchAll(/```bash\n([\s\S]*?)```/g), ([, commands]) => commands!.trim());
  const shown = /```\n(HTTP[\s\S]*?)```/.exec(section)![1]!;

  it('starts the system with its first command, and gets the answer that it shows with its second', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cruddur-readme-'));
    chmodSync(folder, 0o755);
    const ports = await freePorts(4);
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      CRUDDUR_DATA_DIR: folder,
      OTEL_TRACES_EXPORTER: 'none',
      GATEWAY_PORT: String(ports[0]),
      HOME_ACTIVITIES_PORT: String(ports[1]),
      USER_ACTIVITIES_PORT: String(ports[2]),
      VIEWER_PORT: String(ports[3]),
    };
    const system = spawn('sh', ['-c', `exec ${first}`], { cwd: REPOSITORY, env, detached: true });
    try {
      let said = '';
      for await (const chunk of system.stderr) if ((said += String(chunk)).includes('Ctrl-C')) break;
      expect(said).toContain('Cruddur is running.');
      const command = second!.replace('localhost:4567', `localhost:${ports[0]}`);
      const { stdout } = await promisify(execFile)('sh', ['-c', command]);
      for (const line of shown.trim().split('\n')) {
        const [name] = line.split(':');
        expect(stdout).toContain(line.includes(':') ? `${name}:` : line);
      }
    } finally {
      // As Ctrl-C does: to the whole group.
      process.kill(-system.pid!, 'SIGINT');
      if (system.exitCode === null) await once(system, 'exit');
      await (await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') })).stop();
      rmSync(folder, { recursive: true, force: true });
    }
    expect(system.exitCode).toBe(0);
  }, 120_000);
});

describe.each(pages)('%s', (page) => {
  it('links to files that are there', () => {
    const text = readFileSync(join(REPOSITORY, page), 'utf8');
    const links = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g), ([, target]) => target!);
    const missing = links.filter((target) => !existsSync(join(REPOSITORY, dirname(page), target)));
    expect(missing).toEqual([]);
  });
});
