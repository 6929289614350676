import { createRequire } from 'node:module';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { PG_CONFIG } from './postgres/pg-config.js';
import { PgPoolInstrumentation } from './postgres/pg-pool.instrumentation.js';

const AUTO = '@opentelemetry/auto-instrumentations-node';
/** What this library instruments itself: a second server or client span would only repeat the first. */
const OWN = new Set(['undici', 'fastify', 'nestjs-core', 'pino', 'amqplib', 'kafkajs']);

const CONFIGS: Record<string, object> = {
  pg: PG_CONFIG,
  http: { disableIncomingRequestInstrumentation: true },
};

/**
 * Loads the named instrumentations, and nothing else, out of auto-instrumentations-node: its own entry point
 * would load all forty. ES modules that they patch need a loader hook; it is the synchronous one, and limited
 * to the modules in question.
 */
export function loadInstrumentations(names: readonly string[], problems: string[]): Instrumentation[] {
  const fromAuto = createRequire(createRequire(import.meta.url).resolve(AUTO));
  const loaded = names.flatMap((name) => {
    if (OWN.has(name)) {
      problems.push(`instrumentation "${name}" is left out: this library does its work`);
      return [];
    }
    const found = loadOne(name, fromAuto, problems);
    return name === 'pg' && found.length > 0 ? [...found, new PgPoolInstrumentation()] : found;
  });
  const patched = loaded.flatMap((instrumentation) => instrumentation.getModuleDefinitions?.() ?? []);
  if (patched.length > 0) register({ include: [...new Set(patched.map(({ name }) => name))] });
  return loaded;
}

type PatchingInstrumentation = Instrumentation & { getModuleDefinitions?(): { name: string }[] };

function loadOne(name: string, load: NodeJS.Require, problems: string[]): PatchingInstrumentation[] {
  try {
    const exported = load(`@opentelemetry/instrumentation-${name}`) as Record<string, unknown>;
    const [Instrumentation] = Object.values(exported).filter(isInstrumentationClass);
    if (!Instrumentation) throw new Error('it exports no instrumentation');
    return [new Instrumentation(CONFIGS[name] ?? {})];
  } catch (error) {
    problems.push(`instrumentation "${name}" is not in ${AUTO}: ${(error as Error).message.split('\n')[0]}`);
    return [];
  }
}

function isInstrumentationClass(value: unknown): value is new (config: object) => PatchingInstrumentation {
  return typeof value === 'function' && value.name.endsWith('Instrumentation');
}
