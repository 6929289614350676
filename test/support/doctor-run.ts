import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Set in nobody's favour: whatever an .env file says, empty counts as unset. */
const UNSET = [
  ...['HONEYCOMB_API_KEY', 'HONEYCOMB_DATASET', 'ROLLBAR_ACCESS_TOKEN', 'CLOUDWATCH_LOG_GROUP', 'TELEMETRY_TRACE_URL'],
  ...['OTEL_TRACES_EXPORTER', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'AWS_XRAY_DAEMON_ADDRESS', 'AWS_XRAY_OTLP'],
];

export interface DoctorRun {
  status: number | string;
  stdout: string;
  stderr: string;
}

/**
 * What `npm run doctor` runs, to its end.
 *
 * @param interruptAt sends SIGINT when this stands on stderr
 */
export async function runDoctor(
  env: Record<string, string>,
  args: string[] = [],
  interruptAt?: string,
): Promise<DoctorRun> {
  const child = spawn(process.execPath, ['tools/doctor/run.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...Object.fromEntries(UNSET.map((name) => [name, ''])), ...env },
  });
  const run: DoctorRun = { status: '', stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (run.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    run.stderr += chunk;
    if (interruptAt && run.stderr.includes(interruptAt)) child.kill('SIGINT');
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { ...run, status: code ?? signal ?? '' };
}
