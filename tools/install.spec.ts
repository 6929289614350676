import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ensureInstalled, findNode, isInstalled } from './install.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cruddur-install-'));
  mkdirSync(join(root, 'node_modules'));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const one = { version: '1.0.0', integrity: 'sha512-one' };
const two = { version: '2.0.0', integrity: 'sha512-two' };

function lock(wanted: object, present?: object): boolean {
  const write = (file: string, packages: object) => writeFileSync(join(root, file), JSON.stringify({ packages }));
  write('package-lock.json', { '': { name: 'root' }, ...wanted });
  if (present) write('node_modules/.package-lock.json', present);
  return isInstalled(root);
}

describe('isInstalled', () => {
  it('is true when everything wanted is there, and something more', () => {
    expect(lock({ 'node_modules/one': one }, { 'node_modules/one': one, 'node_modules/two': two })).toBe(true);
  });

  it.each([
    ['nothing is installed', { 'node_modules/one': one }, undefined],
    ['a package is missing', { 'node_modules/one': one, 'node_modules/two': two }, { 'node_modules/one': one }],
    ['a version differs', { 'node_modules/one': { ...one, version: '1.0.1' } }, { 'node_modules/one': one }],
    ['a content differs', { 'node_modules/one': { ...one, integrity: 'sha512-x' } }, { 'node_modules/one': one }],
  ])('is false when %s', (_what, wanted, present) => {
    expect(lock(wanted, present)).toBe(false);
  });

  it('does not miss what is for another platform', () => {
    expect(lock({ 'node_modules/one': { ...one, optional: true } }, {})).toBe(true);
  });

  it('names a lockfile that cannot be read', () => {
    expect(() => isInstalled(root)).toThrow(join(root, 'package-lock.json'));
  });
});

describe('ensureInstalled', () => {
  it("says that the installation failed, with npm's status", async () => {
    jest.spyOn(console, 'error').mockImplementation(() => {});
    lock({ 'node_modules/one': one });
    // npm gives up before it asks anybody, and could not ask anybody.
    writeFileSync(join(root, 'package.json'), '{');
    writeFileSync(join(root, '.npmrc'), 'registry=http://127.0.0.1:9/\noffline=true\n');
    await expect(ensureInstalled(root)).rejects.toMatchObject({
      message: expect.stringMatching(/^The installation failed \(npm ci, exit status 1\)/),
      exitStatus: 1,
    });
  });
});

describe('findNode', () => {
  it('is the pinned one', () => {
    const bin = join(root, 'node_modules', 'node', 'bin');
    mkdirSync(bin, { recursive: true });
    const pinned = join(bin, process.platform === 'win32' ? 'node.exe' : 'node');
    writeFileSync(pinned, '');
    expect(findNode(root, '20.0.0')).toBe(pinned);
  });

  it.each(['24.11.1', '24.12.0', '25.0.0'])('is this one when npm ran no install scripts and it is %s', (version) => {
    expect(findNode(root, version)).toBe(process.execPath);
  });

  it.each(['20.20.2', '24.11.0', '24.2.9'])('is none when this one is %s, and says what to do', (version) => {
    expect(() => findNode(root, version)).toThrow(/install scripts.*24\.11\.1/);
  });
});
