import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const PROJECT = resolve(import.meta.dirname, '..');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cruddur-run-tests-'));
  mkdirSync(join(root, 'test'));
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'), 'junction');
  const scripts = { good: 'node -e 0', bad: 'node -e process.exit(1)' };
  write('package.json', JSON.stringify({ name: 'x', type: 'module', scripts }));
  const projects = ['unit', 'e2e'].map((displayName) => ({
    displayName,
    testMatch: [`<rootDir>/test/${displayName}*`],
  }));
  write('jest.config.mjs', `export default ${JSON.stringify({ projects })}`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, content: string): void {
  writeFileSync(join(root, file), content);
}

/** In a process of its own: it speaks on the terminal, and starts a Jest. */
function run(options: { projects: string[]; checks?: string[]; args?: string[] }) {
  const given = { root, node: process.execPath, args: [], checks: [], ...options };
  const script = `import { runTests } from ${JSON.stringify(join(PROJECT, 'tools/run-tests.mjs'))};
    process.exitCode = await runTests(${JSON.stringify(given)});`;
  return new Promise<{ status: number; lastLine: string | undefined; stderr: string }>((done) => {
    const child = execFile(
      process.execPath,
      ['--input-type=module', '-e', script],
      { env: { PATH: process.env.PATH } },
      (_error, stdout, stderr) =>
        done({ status: child.exitCode ?? -1, lastLine: stdout.trim().split('\n').at(-1), stderr }),
    );
  });
}

describe('runTests', () => {
  it('sums checks and the tests of all projects in its last line', async () => {
    write('test/unit-a.js', `it('one', () => {}); it('two', () => {});`);
    write('test/e2e-b.js', `it('three', () => {});`);
    const result = await run({ projects: ['unit', 'e2e'], checks: ['good'] });
    expect(result).toMatchObject({ status: 0, lastLine: '4 passed, 0 failed' });
  });

  it('runs everything, and fails, when a check, a test and a whole file fail', async () => {
    write('test/unit-a.js', `it('one', () => {}); it('two', () => { throw new Error('no'); });`);
    write('test/unit-b.js', `import './not-there.js';`);
    const result = await run({ projects: ['unit', 'e2e'], checks: ['bad', 'good'] });
    expect(result).toMatchObject({ status: 1, lastLine: '2 passed, 3 failed' });
  });

  it('fails when no test ran', async () => {
    const result = await run({ projects: ['unit'], checks: ['good'] });
    expect(result).toMatchObject({ status: 1, lastLine: '1 passed, 1 failed' });
    expect(result.stderr).toContain('No test ran');
  });

  it('hands arguments on to Jest', async () => {
    write('test/unit-a.js', `it('one', () => {}); it('two', () => { throw new Error('no'); });`);
    write('test/unit-b.js', `it('three', () => {});`);
    const result = await run({ projects: ['unit'], args: ['test/unit-a', '-t', 'one'] });
    expect(result).toMatchObject({ status: 0, lastLine: '1 passed, 0 failed' });
  });
});
