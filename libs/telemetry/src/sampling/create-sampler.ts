import { createRequire } from 'node:module';
import { AlwaysOffSampler, AlwaysOnSampler, type Sampler } from '@opentelemetry/sdk-trace';
import { readUrl } from '../export/endpoint.js';
import { readList, readPositive } from '../settings.js';
import { readDaemonAddress } from '../xray/settings.js';
import { EdgeSampler } from './edge-sampler.js';
import { ParentSampler, ProbabilitySampler } from './probability-sampler.js';
import type * as xraySampler from './xray/xray-sampler.js';

const DEFAULT_SAMPLER = 'parentbased_always_on';

/**
 * The sampler that OTEL_TRACES_SAMPLER names. What those that leave something out keep, and those that follow one,
 * says for how many it stands.
 */
export function createSampler(env: NodeJS.ProcessEnv, problems: string[]): Sampler {
  const name = samplerName(env);
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'parentbased_always_off':
      return new ParentSampler(new AlwaysOffSampler());
    case 'traceidratio':
      return new ProbabilitySampler(readRatio(env, problems));
    case 'parentbased_traceidratio':
      return new ParentSampler(new ProbabilitySampler(readRatio(env, problems)));
    case 'xray':
      return createXraySampler(env, problems);
    default:
      if (name !== DEFAULT_SAMPLER) problems.push(`OTEL_TRACES_SAMPLER "${name}" is unknown: every trace is kept`);
      return new ParentSampler(new AlwaysOnSampler());
  }
}

/** The sampler of a public edge, where adopted callers decide nothing. */
export function createEdgeSampler(env: NodeJS.ProcessEnv, problems: string[]): Sampler {
  return new EdgeSampler(createSampler(env, problems));
}

/** Whether OTEL_TRACES_SAMPLER names one that decides by the trace id and the parent alone. */
export function decidesById(env: NodeJS.ProcessEnv): boolean {
  return samplerName(env) !== 'xray';
}

function samplerName(env: NodeJS.ProcessEnv): string {
  return env.OTEL_TRACES_SAMPLER?.trim() || DEFAULT_SAMPLER;
}

function readRatio(env: NodeJS.ProcessEnv, problems: string[]): number {
  const raw = env.OTEL_TRACES_SAMPLER_ARG?.trim();
  const ratio = Number(raw);
  if (raw && ratio >= 0 && ratio <= 1) return ratio;
  problems.push('OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1: every trace is kept');
  return 1;
}

/** OTEL_TRACES_SAMPLER_ARG: `endpoint=http://localhost:2000,polling_interval=300,target_interval=10`, in seconds. */
function createXraySampler(env: NodeJS.ProcessEnv, problems: string[]): Sampler {
  const pairs = (readList(env.OTEL_TRACES_SAMPLER_ARG) ?? []).map((pair) => pair.split(/=(.*)/s, 2));
  const given = Object.fromEntries(pairs) as Record<string, string>;
  const name = (key: string) => `OTEL_TRACES_SAMPLER_ARG (${key})`;
  const named = Object.fromEntries(Object.entries(given).map(([key, value]) => [name(key), value]));
  // What is wrong with the address is said by the destination that it is for.
  const tcp = readDaemonAddress(env, [])?.tcp;
  const host = tcp?.host.includes(':') ? `[${tcp.host}]` : tcp?.host;
  const fallback = tcp ? `http://${host}:${tcp.port}` : 'http://localhost:2000';
  const { XraySampler } = createRequire(import.meta.url)('./xray/xray-sampler.js') as typeof xraySampler;
  return new ParentSampler(
    new XraySampler({
      endpoint: readUrl(named, name('endpoint'), fallback, problems) ?? new URL(fallback),
      serviceName: env.OTEL_SERVICE_NAME ?? '',
      pollingIntervalMs: readPositive(named, name('polling_interval'), 300, problems) * 1_000,
      targetIntervalMs: readPositive(named, name('target_interval'), 10, problems) * 1_000,
    }),
  );
}
