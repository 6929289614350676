import { ParentBasedSampler, type Sampler } from '@opentelemetry/sdk-trace';
import { InheritedRateSampler, ProbabilitySampler } from './probability-sampler.js';

/**
 * The samplers of OTEL_TRACES_SAMPLER that leave something out, so that what is kept says for how many it stands.
 * Undefined for the others: the SDK knows them.
 */
export function createSampler(env: NodeJS.ProcessEnv, problems: string[]): Sampler | undefined {
  switch (env.OTEL_TRACES_SAMPLER?.trim()) {
    case 'traceidratio':
      return new ProbabilitySampler(readRatio(env, problems));
    case 'parentbased_traceidratio':
      return parentBased(new ProbabilitySampler(readRatio(env, problems)));
    default:
      return undefined;
  }
}

function parentBased(root: Sampler): Sampler {
  const inherited = new InheritedRateSampler();
  return new ParentBasedSampler({ root, localParentSampled: inherited, remoteParentSampled: inherited });
}

function readRatio(env: NodeJS.ProcessEnv, problems: string[]): number {
  const raw = env.OTEL_TRACES_SAMPLER_ARG?.trim();
  const ratio = Number(raw);
  if (raw && ratio >= 0 && ratio <= 1) return ratio;
  problems.push('OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1: every trace is kept');
  return 1;
}
