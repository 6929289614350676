import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A step of the runner that failed; the message is for the terminal. */
export class StepError extends Error {
  /**
   * @param {string} message
   * @param {number} exitStatus of the whole run
   */
  constructor(message, exitStatus = 1) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

/**
 * Runs a command on this terminal and hands signals on to it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, ipc?: boolean, shell?: boolean }} options `ipc` gives the command a
 *   channel by whose end it notices that this process is gone
 * @returns {Promise<number>} the exit status; 128 + its number for a signal, as in a shell
 */
export function runCommand(command, args, { ipc = false, ...options }) {
  return new Promise((resolve, reject) => {
    const stdio = /** @type {import('node:child_process').StdioOptions} */ (ipc ? [0, 1, 2, 'ipc'] : 'inherit');
    const child = spawn(command, args, { ...options, stdio });
    /** @param {NodeJS.Signals} signal */
    const handOn = (signal) => void child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, handOn);
    const done = () => SIGNALS.forEach((signal) => process.off(signal, handOn));
    child.once('error', (error) => {
      done();
      reject(new StepError(`cannot run ${command}: ${error.message}`));
    });
    child.once('exit', (status, signal) => {
      done();
      resolve(status ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/**
 * npm, preferably the one that has started us.
 *
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<number>} the exit status
 */
export function runNpm(args, cwd) {
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('npm-cli.js')) return runCommand(process.execPath, [npm, ...args], { cwd });
  // On Windows npm is a batch file, which only a shell can start.
  return runCommand('npm', args, { cwd, shell: process.platform === 'win32' });
}
