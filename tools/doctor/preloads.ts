import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SERVICES } from '../services.ts';
import { type Finding, ok, wrong } from './finding.ts';

/** Packages that telemetry patches as they are loaded; loaded before, they stay as they are. */
const PATCHED = /^(fastify|pg|undici|@nestjs\/.+)$/;
const TIMEOUT_MS = 30_000;

interface Probe {
  service: string;
  started: boolean;
  loadedBeforePreload: string[];
  /** What the preload has to say about the settings. */
  warnings: string[];
}

/**
 * Starts each service's preload, with nothing behind it: whether telemetry comes up, before what it patches, and
 * what it says about the settings.
 */
export async function checkPreloads(root: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const names = SERVICES.filter(({ traced }) => traced).map(({ name }) => name);
  const probes = await Promise.all(names.map((name) => probe(root, name, env)));
  const findings = probes.flatMap((result) => (typeof result === 'string' ? brokenPreload(result) : judge(result)));
  const warnings = probes.flatMap((result) => (typeof result === 'string' ? [] : result.warnings));
  if (findings.length === 0) findings.push(ok('preload', `telemetry starts first in ${names.join(', ')}`));
  return [...findings, ...[...new Set(warnings)].map(toFinding)];
}

async function probe(root: string, service: string, env: NodeJS.ProcessEnv): Promise<Probe | string> {
  const preloads = ['./tools/doctor/note-loaded.mjs', `./dist/services/${service}/src/telemetry.js`];
  const args = [...preloads.flatMap((file) => ['--import', file]), './tools/doctor/note-started.mjs'];
  try {
    const options = { cwd: root, env: { ...env, LOG_LEVEL: 'warn' }, timeout: TIMEOUT_MS };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    // The logger may write the last of its lines after the result.
    const lines = stdout.split('\n').flatMap(parse);
    const result = lines.find((line) => line.loadedBeforePreload);
    const warnings = lines.flatMap(({ msg }) => msg ?? []);
    return { service, started: false, loadedBeforePreload: [], ...result, warnings };
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    return `${service}: ${/^\w*Error.*$/m.exec(stderr)?.[0] ?? message.split('\n')[0]}`;
  }
}

type Line = Partial<Pick<Probe, 'started' | 'loadedBeforePreload'>> & { msg?: string };

function parse(line: string): Line[] {
  try {
    return [JSON.parse(line) as Line];
  } catch {
    return [];
  }
}

function brokenPreload(text: string): Finding[] {
  return [wrong('preload', `telemetry does not start in ${text}`, 'npm run build')];
}

function judge({ service, started, loadedBeforePreload }: Probe): Finding[] {
  if (!started) return brokenPreload(service);
  const early = loadedBeforePreload.filter((name) => PATCHED.test(name));
  if (early.length === 0) return [];
  const text = `${early.join(', ')} loaded before telemetry in ${service}: NODE_OPTIONS comes first`;
  return [wrong('preload', text, 'NODE_OPTIONS= npm run doctor')];
}

/** Settings that cannot be used: the library's own words, which begin with the variable. */
function toFinding(warning: string): Finding {
  const [variable] = /[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+/.exec(warning) ?? [];
  if (warning.includes('needs HONEYCOMB_DATASET')) {
    return wrong('settings', warning, 'HONEYCOMB_DATASET=cruddur npm run doctor');
  }
  return wrong('settings', warning, `put ${variable ?? 'it'} right in .env or this shell, then: npm run doctor`);
}
