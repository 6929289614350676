import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, runNpm } from './run-command.mjs';

/**
 * @typedef {{ passed: number, failed: number }} Tally
 */

/**
 * Runs checks and tests, all of them also when one fails. Its last line is `N passed, N failed`, where a check, a
 * test file that could not be run, and a run without any test count as one.
 *
 * @param {object} options
 * @param {string} options.root of the project
 * @param {string} options.node executable
 * @param {string[]} options.args for Jest
 * @param {string[]} options.projects of jest.config.mjs
 * @param {string[]} options.checks scripts of package.json
 * @returns {Promise<number>} the exit status: 0 when at least one test ran and nothing failed
 */
export async function runTests({ root, node, args, projects, checks }) {
  const tally = { passed: 0, failed: 0 };
  const statuses = await Promise.all(checks.map((check) => runNpm(['run', '--silent', check], root)));
  for (const status of statuses) {
    // Ctrl-C ends the run, not just one of its steps.
    if (status > 128) return status;
    tally[status === 0 ? 'passed' : 'failed']++;
  }
  const folder = mkdtempSync(join(tmpdir(), 'cruddur-tests-'));
  try {
    const report = join(folder, 'report.json');
    const jest = [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
    ];
    // The list of projects ends at the next option; what stands last is a path or an option of the caller's.
    const options = ['--selectProjects', ...projects, '--json', `--outputFile=${report}`];
    const status = await runCommand(node, [...jest, ...options, ...args], { cwd: root });
    if (status > 128) return status;
    const tests = readReport(report);
    if (tests.passed + tests.failed === 0) console.error(`No test ran (exit status of Jest: ${status}).`);
    tally.passed += tests.passed;
    tally.failed += tests.failed;
    if (tests.failed === 0 && (status !== 0 || tests.passed === 0)) tally.failed++;
    console.log(`${tally.passed} passed, ${tally.failed} failed`);
    return tally.failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file as Jest's --json writes it
 * @returns {Tally} zeros when Jest wrote none
 */
export function readReport(file) {
  /** @type {{ numPassedTests: number, numFailedTests: number, numRuntimeErrorTestSuites: number }} */
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0 };
  }
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
}
