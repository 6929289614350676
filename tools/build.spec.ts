import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { buildWhatChanged } from './build.mjs';

// Copies src/main.ts and counts its runs; a source that says "wrong" fails it after it has written.
const BUILDER = `
  import { appendFileSync, cpSync, readFileSync } from 'node:fs';
  appendFileSync('runs', 'x');
  cpSync('src', 'out', { recursive: true });
  if (readFileSync('src/main.ts', 'utf8').includes('wrong')) process.exit(3);
`;
const step = { what: 'it', inputs: ['src'], except: ['src/page'], output: 'out', command: ['builder.mjs'] };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cruddur-build-'));
  mkdirSync(join(root, 'src', 'page'), { recursive: true });
  write('builder.mjs', BUILDER);
  write('src/main.ts', 'right');
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const write = (file: string, content: string) => writeFileSync(join(root, file), content);
const build = () => buildWhatChanged(root, process.execPath, [step]);
const runs = () => readFileSync(join(root, 'runs'), 'utf8').length;

describe('buildWhatChanged', () => {
  it('builds once, and again when a source has other content, not just another time', async () => {
    await build();
    await build();
    utimesSync(join(root, 'src/main.ts'), new Date(), new Date());
    await build();
    expect(runs()).toBe(1);
    write('src/main.ts', 'right as well');
    await build();
    expect([runs(), readFileSync(join(root, 'out/main.ts'), 'utf8')]).toEqual([2, 'right as well']);
  });

  it('builds again when a source came, went or was renamed, and keeps nothing of the old one', async () => {
    write('src/old.sql', 'select 1');
    await build();
    rmSync(join(root, 'src/old.sql'));
    write('src/new.sql', 'select 1');
    await build();
    expect([existsSync(join(root, 'out/old.sql')), existsSync(join(root, 'out/new.sql'))]).toEqual([false, true]);
  });

  it('takes tests and what belongs to another step for no source', async () => {
    await build();
    write('src/main.spec.ts', 'test');
    write('src/page/index.html', 'page');
    await build();
    expect(runs()).toBe(1);
  });

  it('builds again when the output is gone', async () => {
    await build();
    rmSync(join(root, 'out'), { recursive: true });
    await build();
    expect(runs()).toBe(2);
  });

  it('stops with a failed build, and does not take what that left for a result', async () => {
    write('src/main.ts', 'wrong');
    await expect(build()).rejects.toMatchObject({ message: expect.stringContaining('Building it'), exitStatus: 3 });
    await expect(build()).rejects.toThrow('exit status 3');
    write('src/main.ts', 'right');
    await build();
    expect(runs()).toBe(3);
  });
});
