import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepError, runNpm } from './run-command.mjs';

/** Loader hooks in the main thread, which the telemetry uses, are stable from here on. */
const OLDEST_NODE = [24, 11, 1];

/**
 * Installs with `npm ci` unless node_modules has what package-lock.json names.
 *
 * @param {string} root of the project
 * @throws {StepError} when the installation fails
 */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  console.error('Installing the packages of package-lock.json ...');
  // Whatever NODE_ENV or the user's npm settings leave out: the pinned Node and PostgreSQL are among these. Without
  // npm's warnings: on an older Node there is one for every package that the pinned Node is there for.
  const status = await runNpm(['ci', '--include=dev', '--include=optional', '--loglevel=error'], root);
  if (status !== 0) throw new StepError(`The installation failed (npm ci, exit status ${status}): see above.`, status);
}

/**
 * Whether npm's own record of what it has installed covers package-lock.json. Packages for other platforms may be
 * missing, and what somebody has installed on top may stay.
 *
 * @param {string} root of the project
 */
export function isInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const present = readPackages(record);
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = present[path];
    return found ? found.version === version && found.integrity === integrity : optional === true;
  });
}

/**
 * @param {string} lockfile
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>}
 */
function readPackages(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
  } catch (error) {
    throw new StepError(`${lockfile} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * The Node to run on: the pinned one, or this one when npm was told to run no install scripts and it will do.
 *
 * @param {string} root of the project
 * @param {string} version of this Node
 * @returns {string} the path of its executable
 * @throws {StepError} when there is neither
 */
export function findNode(root, version = process.versions.node) {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned)) return pinned;
  if (isRecent(version)) return process.execPath;
  throw new StepError(
    `node_modules/node has no executable, because npm ran no install scripts (ignore-scripts?), and this Node is ` +
      `${version}. Allow them and run npm ci, or use Node ${OLDEST_NODE.join('.')} or newer.`,
  );
}

/** @param {string} version */
function isRecent(version) {
  const parts = version.split('.').map(Number);
  const different = OLDEST_NODE.findIndex((part, i) => part !== parts[i]);
  return different === -1 || (parts[different] ?? 0) > (OLDEST_NODE[different] ?? 0);
}
