import { DEFAULT_BAGGAGE_KEYS } from './baggage/allowed-baggage.js';

/** Thrown by nothing: settings that cannot be used are collected, said at boot, and left out. */
export interface TelemetrySettings {
  trustInbound: boolean;
  baggageKeys: ReadonlySet<string>;
  instrumentations: readonly string[];
  problems: string[];
}

export interface TelemetryOptions {
  /** `service.name`, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES says otherwise. */
  serviceName: string;
  /** `service.namespace`: what the services of one system have in common. */
  serviceNamespace?: string;
  /** `service.version`; by default the version in the package.json of the program that was started. */
  serviceVersion?: string;
  /**
   * Continue the trace of callers and adopt their baggage. True for services that only neighbours can
   * reach (the default), false at a public edge. TELEMETRY_TRUST_INBOUND overrides.
   */
  trustInbound?: boolean;
  /**
   * Short names of instrumentations out of @opentelemetry/auto-instrumentations-node (`pg`, `ioredis`);
   * OTEL_NODE_ENABLED_INSTRUMENTATIONS overrides. Fastify and undici are always instrumented, by this library.
   */
  instrumentations?: readonly string[];
}

/** Reads the library's own variables. The standard OTEL_* ones are read where the specification defines them. */
export function readSettings(options: TelemetryOptions, env: NodeJS.ProcessEnv): TelemetrySettings {
  const problems: string[] = [];
  return {
    trustInbound: readBoolean(env, 'TELEMETRY_TRUST_INBOUND', problems) ?? options.trustInbound ?? true,
    baggageKeys: new Set(readList(env.TELEMETRY_BAGGAGE_KEYS) ?? DEFAULT_BAGGAGE_KEYS),
    instrumentations: readList(env.OTEL_NODE_ENABLED_INSTRUMENTATIONS) ?? options.instrumentations ?? [],
    problems,
  };
}

/** A comma-separated list; undefined when the variable is unset or empty, as the specification has it. */
export function readList(value: string | undefined): string[] | undefined {
  const items = value?.split(',').map((item) => item.trim());
  const present = items?.filter((item) => item !== '');
  return present?.length ? present : undefined;
}

/** `true` or `false`; undefined when the variable is unset, empty, or neither, which is said. */
export function readBoolean(env: NodeJS.ProcessEnv, name: string, problems: string[]): boolean | undefined {
  const value = env[name]?.trim().toLowerCase();
  if (!value) return undefined;
  if (value === 'true') return true;
  if (value === 'false') return false;
  problems.push(`${name} is neither true nor false: ignored`);
  return undefined;
}

/** A positive whole number, or the default; OTEL_* numbers that do not parse are ignored as the specification asks. */
export function readPositive(env: NodeJS.ProcessEnv, name: string, fallback: number, problems: string[]): number {
  const raw = env[name]?.trim();
  if (!raw) return fallback;
  const value = Number(raw);
  if (Number.isInteger(value) && value > 0) return value;
  problems.push(`${name} is not a positive whole number: using ${fallback}`);
  return fallback;
}
