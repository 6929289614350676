import { OTLPTraceExporter as OtlpGrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as OtlpProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { readList, readPositive } from '../settings.js';
import { readXrayDestinations } from '../xray/settings.js';
import { AS_SPANS, type Destination } from './destination.js';
import { type HoneycombSettings, readHoneycomb } from './honeycomb.js';
import { createOtlpJsonExporter } from './json/exporter.js';
import { LazyExporter } from './lazy-exporter.js';
import { printableUrl, readUrl } from './endpoint.js';
import { withExactHeaders } from './exact-headers.js';

/** Soon enough to be read beside what was typed, late enough to print a request's spans in one go. */
const CONSOLE_DELAY_MS = 100;

/**
 * What the environment asks for: OTEL_TRACES_EXPORTER (otlp, zipkin, console, none; a list is allowed;
 * default otlp) and Honeycomb beside it when HONEYCOMB_API_KEY is set. With a Honeycomb key and nothing said
 * about OTLP, the default OTLP endpoint on localhost is left out.
 */
export function readDestinations(env: NodeJS.ProcessEnv, problems: string[]): Destination[] {
  const honeycomb = readHoneycomb(env, problems);
  const asked = readList(env.OTEL_TRACES_EXPORTER);
  const otlpEndpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const vendors = [...(honeycomb ? [honeycombDestination(honeycomb)] : []), ...readXrayDestinations(env, problems)];
  const names = asked ?? (vendors.length > 0 && !otlpEndpoint ? [] : ['otlp']);
  if (names.includes('none')) return [];
  return [...[...new Set(names)].flatMap((name) => createDestination(name, env, problems)), ...vendors];
}

function createDestination(name: string, env: NodeJS.ProcessEnv, problems: string[]): Destination[] {
  switch (name) {
    case 'otlp':
      return [otlpDestination(env, problems)];
    case 'console':
      return [consoleDestination()];
    case 'zipkin':
      return zipkinDestination(env, problems);
    default:
      problems.push(
        `OTEL_TRACES_EXPORTER names "${name}", which is unknown here (otlp, zipkin, console, none): left out`,
      );
      return [];
  }
}

function otlpDestination(env: NodeJS.ProcessEnv, problems: string[]): Destination {
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/json';
  const name = `otlp (${printableEndpoint(env, protocol)})`;
  switch (protocol) {
    case 'grpc':
      return { name, exporter: new OtlpGrpcExporter(), ...AS_SPANS };
    case 'http/protobuf':
      return { name, exporter: new OtlpProtobufExporter(), ...AS_SPANS };
    case 'http/json':
      return { name, ...createOtlpJsonExporter() };
    default:
      problems.push(
        `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}", not http/json, http/protobuf or grpc: using http/json`,
      );
      return { name, ...createOtlpJsonExporter() };
  }
}

/** The endpoint without credentials or query, for messages. */
function printableEndpoint(env: NodeJS.ProcessEnv, protocol: string): string {
  const exact = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT || `http://localhost:${protocol === 'grpc' ? 4317 : 4318}`;
  const endpoint = exact || (protocol === 'grpc' ? base : `${base.replace(/\/+$/, '')}/v1/traces`);
  return URL.canParse(endpoint) ? printableUrl(new URL(endpoint)) : 'not a URL';
}

function consoleDestination(): Destination {
  const load = async () => new (await import('./console-tree.js')).ConsoleTreeExporter();
  return { name: 'console', exporter: new LazyExporter(load), ...AS_SPANS, scheduleDelayMs: CONSOLE_DELAY_MS };
}

function zipkinDestination(env: NodeJS.ProcessEnv, problems: string[]): Destination[] {
  const endpoint = readUrl(env, 'OTEL_EXPORTER_ZIPKIN_ENDPOINT', 'http://localhost:9411/api/v2/spans', problems);
  const timeoutMs = readPositive(env, 'OTEL_EXPORTER_ZIPKIN_TIMEOUT', 10_000, problems);
  if (!endpoint) return [];
  const load = async () => (await import('./zipkin.js')).createZipkinExporter(endpoint, timeoutMs);
  return [{ name: `zipkin (${printableUrl(endpoint)})`, exporter: new LazyExporter(load), ...AS_SPANS }];
}

function honeycombDestination({ endpoint, headers }: HoneycombSettings): Destination {
  return {
    name: `Honeycomb (${printableUrl(new URL(endpoint)).replace(/\/$/, '')})`,
    ...withExactHeaders(`${endpoint}/v1/traces`, headers),
  };
}
