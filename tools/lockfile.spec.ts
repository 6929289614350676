import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface LockedPackage {
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

const lockfile = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const { packages } = lockfile;

/** As Node does: next to the package that asks, then further and further up. */
function isLocked(name: string, from: string): boolean {
  if (packages[`${from && `${from}/`}node_modules/${name}`]) return true;
  return from !== '' && isLocked(name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))));
}

describe('package-lock.json', () => {
  // npm writes the file without those it could not find for other platforms, and `npm ci` then refuses it everywhere.
  it("has every platform's optional packages", () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(name, path)),
    );
    expect(missing).toEqual([]);
  });

  it('says of no package where it was fetched from', () => {
    expect(Object.keys(packages).filter((path) => packages[path]!.resolved)).toEqual([]);
  });
});
