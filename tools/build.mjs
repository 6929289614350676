import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepError, runCommand } from './run-command.mjs';

/**
 * @typedef {object} BuildStep
 * @property {string} what it makes, for the terminal
 * @property {string[]} inputs files and folders, relative to the root
 * @property {string[]} [except] folders below the inputs that are none
 * @property {string} output a folder that holds nothing else
 * @property {string[]} command arguments for Node
 */

/** @type {BuildStep[]} */
export const BUILD_STEPS = [
  {
    what: 'the services',
    inputs: ['services', 'libs', 'nest-cli.json', 'tsconfig.json', 'package.json', 'package-lock.json'],
    except: ['services/gateway/page', 'services/trace-viewer/page', 'libs/page-files/styles'],
    output: 'dist',
    command: ['node_modules/@nestjs/cli/bin/nest.js', 'build', '--all'],
  },
  {
    what: "the gateway's page",
    inputs: ['services/gateway/page', 'libs/page-files/styles', 'package.json', 'package-lock.json'],
    // In the output of the step above, which takes it away: then it is built anew as well.
    output: 'dist/services/gateway/src/page/static',
    command: ['node_modules/vite/bin/vite.js', 'build', 'services/gateway/page', '--logLevel', 'warn'],
  },
  {
    what: "the trace viewer's page",
    inputs: ['services/trace-viewer/page', 'libs/page-files/styles', 'package.json', 'package-lock.json'],
    output: 'services/trace-viewer/page/dist',
    command: ['node_modules/vite/bin/vite.js', 'build', 'services/trace-viewer/page', '--logLevel', 'warn'],
  },
];

/** What an output was built from. It lies in the output, so that whoever removes one removes the other. */
const STAMP = '.built-from';

/**
 * Makes every output anew that was not built from the inputs as they are now.
 *
 * @param {string} root of the project
 * @param {string} node executable
 * @param {BuildStep[]} steps
 * @throws {StepError} when a build fails; what it has written is not taken for a result
 */
export async function buildWhatChanged(root, node, steps = BUILD_STEPS) {
  for (const step of steps) {
    if (isBuilt(root, step)) continue;
    const inputs = fingerprint(root, step);
    console.error(`Building ${step.what} ...`);
    // Nothing of a source that has been renamed or removed may stay.
    rmSync(join(root, step.output), { recursive: true, force: true });
    const status = await runCommand(node, step.command, { cwd: root });
    if (status !== 0) throw new StepError(`Building ${step.what} failed (exit status ${status}): see above.`, status);
    mkdirSync(join(root, step.output), { recursive: true });
    writeFileSync(join(root, step.output, STAMP), inputs);
  }
}

/**
 * Whether the output was built from the inputs as they are now.
 *
 * @param {string} root of the project
 * @param {BuildStep} step
 */
export function isBuilt(root, step) {
  const stamp = join(root, step.output, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(root, step);
}

/**
 * A hash over the names and contents of a step's inputs, and over the step itself.
 *
 * @param {string} root of the project
 * @param {BuildStep} step
 */
export function fingerprint(root, step) {
  const hash = createHash('sha256').update(JSON.stringify(step));
  for (const file of step.inputs.flatMap((input) => [...filesOf(root, input, step)])) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} path relative to it, with slashes on every platform
 * @param {BuildStep} step
 * @returns {Generator<string>} files in a fixed order
 */
function* filesOf(root, path, step) {
  if (!existsSync(join(root, path)) || path === step.output || step.except?.includes(path)) return;
  if (/(^|\/)node_modules$|\.spec\.tsx?$/.test(path)) return;
  if (!statSync(join(root, path)).isDirectory()) return yield path;
  for (const name of readdirSync(join(root, path)).sort()) yield* filesOf(root, `${path}/${name}`, step);
}
