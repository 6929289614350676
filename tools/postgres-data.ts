import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  rmdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { EXE, UNPRIVILEGED_ID, isRoot, isTraversable, unprivileged } from './postgres-binaries.ts';
import { exists } from './postgres-process.ts';

/**
 * The real path of a data folder that the server can reach. Its parents are made, the folder itself is not.
 *
 * @throws Error when the folder holds something else, or belongs to another user
 */
export function prepareDataDir(wanted: string): string {
  const parent = dirname(resolve(wanted));
  mkdirSync(parent, { recursive: true });
  const dataDir = reachable(join(realpathSync.native(parent), basename(resolve(wanted))));
  // Never clear it: a mistyped path must not cost anybody their files.
  if (contents(dataDir).length > 0 && !isInitialised(dataDir)) {
    throw new Error(`${dataDir} is not empty and holds no PostgreSQL data; choose another folder, or empty it.`);
  }
  return dataDir;
}

/** The server of a root user runs as somebody else, who cannot enter a closed home. */
function reachable(dataDir: string): string {
  if (!isRoot || isTraversable(dirname(dataDir))) return dataDir;
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  return join(realpathSync.native(tmpdir()), `cruddur-postgres-data-${name}`);
}

function contents(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new Error(
      `${folder} cannot be read: another user (root, perhaps) has started PostgreSQL there. ` +
        'Remove it as that user, or set DATABASE_URL to a PostgreSQL server of your own.',
      { cause: error },
    );
  }
}

function isInitialised(dataDir: string): boolean {
  return existsSync(join(dataDir, 'PG_VERSION'));
}

/**
 * Makes the data folder, unless it is there. `initdb` works on a folder beside the final one, which takes its name
 * in one step: an interrupted one leaves nothing half made, and of two at once the first wins.
 */
export async function initialise(native: string, dataDir: string): Promise<void> {
  if (isInitialised(dataDir)) return;
  removeInterrupted(dataDir);
  const building = mkdtempSync(`${dataDir}.initdb-${process.pid}-`);
  try {
    if (isRoot) chownSync(building, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
    await initdb(native, building);
    moveInto(dataDir, building);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

async function initdb(native: string, folder: string): Promise<void> {
  const args = ['-D', folder, '-U', 'postgres', '--auth=trust', '--text-search-config=english', '--no-sync'];
  args.push('--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8');
  try {
    await promisify(execFile)(join(native, 'bin', `initdb${EXE}`), args, { ...unprivileged, cwd: folder });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`PostgreSQL could not make its data folder:\n${stderr?.trim() || message}`, { cause: error });
  }
}

function moveInto(dataDir: string, building: string): void {
  try {
    // Windows does not rename onto an empty folder. A folder with anything in it stays.
    if (existsSync(dataDir)) rmdirSync(dataDir);
    renameSync(building, dataDir);
  } catch (error) {
    if (!isInitialised(dataDir)) throw error;
  }
}

/** What an `initdb` left that was killed. Its folder carries the number of the process that asked for it. */
function removeInterrupted(dataDir: string): void {
  const prefix = `${basename(dataDir)}.initdb-`;
  for (const name of readdirSync(dirname(dataDir))) {
    if (!name.startsWith(prefix) || exists(Number.parseInt(name.slice(prefix.length), 10))) continue;
    rmSync(join(dirname(dataDir), name), { recursive: true, force: true });
  }
}
