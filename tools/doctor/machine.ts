import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_STEPS, isBuilt } from '../build.mjs';
import { findNode, isInstalled } from '../install.mjs';
import { type Finding, note, ok, wrong } from './finding.ts';

/** Node, the packages and the build. `npm run doctor` brings them up to date first, as `npm start` does. */
export function checkMachine(root: string, version = process.versions.node): Finding[] {
  return [checkNode(root, version), checkPackages(root), checkBuild(root)];
}

function checkNode(root: string, version: string): Finding {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const pinned = devDependencies.node;
  if (version === pinned) return ok('Node', `${version}, the one that the project pins`);
  try {
    findNode(root, version);
  } catch {
    return wrong('Node', `${version} is too old, and node_modules/node is not there`, 'npm ci');
  }
  return note('Node', `${version}; the project pins ${pinned}`);
}

function checkPackages(root: string): Finding {
  if (isInstalled(root)) return ok('packages', 'installed as in package-lock.json');
  return wrong('packages', 'node_modules does not have what package-lock.json names', 'npm ci');
}

function checkBuild(root: string): Finding {
  const stale = BUILD_STEPS.filter((step) => !isBuilt(root, step));
  if (stale.length === 0) return ok('build', 'up to date');
  const [missing, old] = [
    stale.filter(({ output }) => !existsSync(join(root, output))),
    stale.filter(({ output }) => existsSync(join(root, output))),
  ].map((steps) => steps.map(({ output }) => output).join(' and '));
  const texts = [missing && `${missing} not there`, old && `${old} older than the sources`].filter(Boolean);
  return wrong('build', texts.join(', '), 'npm run build');
}
