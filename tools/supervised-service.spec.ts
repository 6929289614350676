import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type SupervisedOptions, SupervisedService, restartDelay } from './supervised-service.ts';

// A small service: counts its starts, answers readiness, and can be told to misbehave.
const SERVICE = `
  import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
  import { createServer } from 'node:http';
  appendFileSync('starts', 'x');
  if (existsSync('broken')) process.exit(7);
  process.on('SIGTERM', () => {
    if (existsSync('deaf')) return;
    writeFileSync('stopped', '');
    process.exit(0);
  });
  createServer((_request, response) => response.writeHead(existsSync('unready') ? 503 : 200).end())
    .listen(Number(process.env.PORT), '127.0.0.1');
`;
const PRELOAD = resolve(import.meta.dirname, 'stop-with-parent.mjs');

let folder: string;
let port: number;
let said: string[];
let service: SupervisedService;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cruddur-supervised-'));
  writeFileSync(join(folder, 'service.mjs'), SERVICE);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  await new Promise((done) => server.close(done));
  said = [];
  service = supervise({});
});
afterEach(async () => {
  service.kill();
  await until(() => service.pid === undefined || !isAlive(service.pid));
  rmSync(folder, { recursive: true, force: true });
});

function supervise(options: Partial<SupervisedOptions>): SupervisedService {
  return new SupervisedService({
    name: 'toy',
    args: ['service.mjs'],
    cwd: folder,
    env: { PORT: String(port) },
    readyUrl: `http://127.0.0.1:${port}/`,
    say: (line) => said.push(line),
    backoff: { firstMs: 10, maxMs: 40, steadyMs: 60_000 },
    stopTimeoutMs: 10_000,
    ...options,
  });
}

const flag = (name: string) => writeFileSync(join(folder, name), '');
const unflag = (name: string) => rmSync(join(folder, name));
const starts = () => readFileSync(join(folder, 'starts'), 'utf8').length;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(done: () => boolean): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!done()) {
    if (performance.now() > deadline) throw new Error(`waited in vain; said: ${said.join(' | ')}`);
    await sleep(10);
  }
}

describe('restartDelay', () => {
  it('doubles up to a limit', () => {
    const backoff = { firstMs: 500, maxMs: 30_000, steadyMs: 0 };
    expect([0, 1, 2, 5, 6, 2_000].map((failures) => restartDelay(failures, backoff))).toEqual([
      500, 1_000, 2_000, 16_000, 30_000, 30_000,
    ]);
  });
});

describe('start', () => {
  it('waits for readiness, not only for an open port', async () => {
    flag('unready');
    let ready = false;
    const started = service.start().then(() => (ready = true));
    await until(() => existsSync(join(folder, 'starts')));
    await sleep(300);
    expect(ready).toBe(false);
    unflag('unready');
    await started;
    expect(said).toEqual([]);
  });

  it('is not tried again when the service ends before it was ever ready', async () => {
    flag('broken');
    await expect(service.start()).rejects.toThrow('toy did not start (exit status 7)');
    await sleep(200);
    expect([starts(), said]).toEqual([1, []]);
  });
});

describe('a service that dies', () => {
  it('is started again, and the terminal says how it ended, and that it is back', async () => {
    await service.start();
    process.kill(service.pid!, 'SIGKILL');
    await until(() => said.length === 2);
    expect(said).toEqual(['toy ended (SIGKILL); starting it again in 0.01 s', 'toy is ready again']);
  });

  it('is started again less and less often while it keeps dying', async () => {
    await service.start();
    flag('broken');
    process.kill(service.pid!, 'SIGKILL');
    await until(() => said.length >= 4);
    unflag('broken');
    await until(() => said.at(-1) === 'toy is ready again');
    expect(said.slice(0, 4)).toEqual([
      'toy ended (SIGKILL); starting it again in 0.01 s',
      'toy ended (exit status 7); starting it again in 0.02 s',
      'toy ended (exit status 7); starting it again in 0.04 s',
      'toy ended (exit status 7); starting it again in 0.04 s',
    ]);
  });

  it('begins with the first delay again once it has been ready for long enough', async () => {
    service = supervise({ backoff: { firstMs: 10, maxMs: 40, steadyMs: 0 } });
    await service.start();
    for (const lines of [2, 4]) {
      process.kill(service.pid!, 'SIGKILL');
      await until(() => said.length === lines);
    }
    expect(said.filter((line) => line.includes('0.01 s'))).toHaveLength(2);
  });

  it('is left alone when it was stopped meanwhile', async () => {
    service = supervise({ backoff: { firstMs: 200, maxMs: 200, steadyMs: 60_000 } });
    await service.start();
    process.kill(service.pid!, 'SIGKILL');
    await until(() => said.length === 1);
    await service.stop();
    await sleep(400);
    expect(starts()).toBe(1);
  });
});

describe('stop', () => {
  it('asks the service, waits for it, and does not start it again', async () => {
    await service.start();
    const pid = service.pid!;
    await service.stop();
    expect([existsSync(join(folder, 'stopped')), isAlive(pid), said]).toEqual([true, false, []]);
    await sleep(100);
    expect(starts()).toBe(1);
  });

  it('kills a service that does not listen', async () => {
    service = supervise({ stopTimeoutMs: 100 });
    await service.start();
    flag('deaf');
    const pid = service.pid!;
    await service.stop();
    expect([isAlive(pid), said]).toEqual([false, ['toy does not stop: killing it']]);
  });

  it('ends a service that is not ready yet, and is no failed start', async () => {
    flag('unready');
    const started = service.start();
    await until(() => existsSync(join(folder, 'starts')));
    await service.stop();
    await started;
  });
});

describe('stop-with-parent', () => {
  it('stops a service in order when the one who started it was killed', async () => {
    const parent = `
      import { spawn } from 'node:child_process';
      const args = ['--import', ${JSON.stringify(PRELOAD)}, 'service.mjs'];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true });
      console.log(child.pid);
    `;
    const runner = spawn(process.execPath, ['--input-type=module', '-e', parent], {
      cwd: folder,
      env: { PORT: String(port) },
    });
    const [line] = (await once(runner.stdout, 'data')) as [Buffer];
    const pid = Number(String(line));
    await until(() => existsSync(join(folder, 'starts')));
    // Its handler is there when it listens.
    await until(() => isAlive(pid));
    for (let status = 0; status !== 200;) {
      status = await fetch(`http://127.0.0.1:${port}`).then(
        (response) => response.status,
        () => 0,
      );
    }
    runner.kill('SIGKILL');
    await until(() => !isAlive(pid));
    expect(existsSync(join(folder, 'stopped'))).toBe(true);
  });
});
