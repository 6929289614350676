/**
 * What `npm start`, `npm test`, `npm run build` and others call, also in a fresh clone and on any Node from 20 on:
 * installs and builds what has changed, and does the job on the Node that the project pins.
 */
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { buildWhatChanged } from './build.mjs';
import { ensureInstalled, findNode } from './install.mjs';
import { runCommand } from './run-command.mjs';
import { runTests } from './run-tests.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {Record<string, (node: string, args: string[]) => Promise<number>>} */
const JOBS = {
  build: async () => 0,
  doctor: (node, args) => runCommand(node, ['tools/doctor/run.ts', ...args], { cwd: root }),
  start: (node, args) =>
    runCommand(node, ['--import', './tools/stop-with-parent.mjs', 'tools/start.ts', ...args], { cwd: root, ipc: true }),
  test: (node, args) =>
    runTests({ root, node, args, projects: ['unit', 'e2e'], checks: ['typecheck', 'lint', 'format:check'] }),
  'test:system': (node, args) => runTests({ root, node, args, projects: ['system'], checks: [] }),
  honeycomb: (node, args) => runCommand(node, ['tools/honeycomb/honeycomb.ts', ...args], { cwd: root }),
};

/** These run from the sources. */
const NEEDS_NO_BUILD = new Set(['honeycomb']);

const [name = '', ...args] = process.argv.slice(2);
const job = JOBS[name];
if (!job) {
  console.error(`usage: node tools/run.mjs ${Object.keys(JOBS).join('|')}`);
  process.exit(2);
}
// A shell between npm and us passes no signal on, and a killed npm has none to pass: whoever waits for us is gone then.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 1_000);
  watch.unref();
}
try {
  await ensureInstalled(root);
  const node = findNode(root);
  if (!NEEDS_NO_BUILD.has(name)) await buildWhatChanged(root, node);
  process.exitCode = await job(node, args);
} catch (error) {
  console.error(error instanceof Error && 'exitStatus' in error ? error.message : error);
  process.exitCode = error instanceof Error && 'exitStatus' in error ? Number(error.exitStatus) : 1;
}
