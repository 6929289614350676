import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BUILD_STEPS, fingerprint } from '../build.mjs';
import { checkMachine } from './machine.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cruddur-machine-'));
  write('package.json', { devDependencies: { node: '24.21.0' } });
  write('package-lock.json', { packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } });
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, content: object | string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
}

function install(version: string): void {
  write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version } } });
}

function build(): void {
  for (const step of BUILD_STEPS) write(`${step.output}/.built-from`, fingerprint(root, step));
}

const check = (version = '24.21.0') => checkMachine(root, version).map(({ state, text, next }) => [state, text, next]);

describe('checkMachine', () => {
  it('is content with the pinned Node, the packages of the lock file and a build of the sources', () => {
    install('1.0.0');
    build();
    expect(check().map(([state]) => state)).toEqual(['ok', 'ok', 'ok']);
  });

  it('says what to type in a fresh clone', () => {
    expect(check('20.0.0')).toEqual([
      ['wrong', '20.0.0 is too old, and node_modules/node is not there', 'npm ci'],
      ['wrong', 'node_modules does not have what package-lock.json names', 'npm ci'],
      ['wrong', `${BUILD_STEPS.map(({ output }) => output).join(' and ')} not there`, 'npm run build'],
    ]);
  });

  it('sees packages and a build that are older than what they were made of', () => {
    install('0.9.0');
    build();
    write('services/gateway/src/main.ts', 'changed');
    const [node, packages, built] = check('24.22.0');
    expect(node).toEqual(['note', '24.22.0; the project pins 24.21.0', undefined]);
    expect(packages?.[0]).toBe('wrong');
    expect(built).toEqual(['wrong', 'dist older than the sources', 'npm run build']);
  });
});
