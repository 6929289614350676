import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What is needed of libs/telemetry/src/inspect.ts: the doctor reads the configuration with the services' own code. */
export interface Telemetry {
  readDestinations(env: NodeJS.ProcessEnv, problems: string[]): Destination[];
  readTraceLinks(env: NodeJS.ProcessEnv, problems: string[]): TraceLink[];
  readHoneycomb(env: NodeJS.ProcessEnv, problems: string[]): HoneycombSettings | undefined;
  honeycombKeyKind(key: string): string;
  askHoneycombAuth(settings: HoneycombSettings): Promise<HoneycombAuth>;
  readRollbar(
    env: NodeJS.ProcessEnv,
    resource: object,
    problems: string[],
  ): { accessToken: string; endpoint: URL } | undefined;
  readCloudWatch(env: NodeJS.ProcessEnv, problems: string[]): CloudWatchSettings | undefined;
  createLogsApi(service: AwsService, timeoutMs: number): (name: string, input: object) => Promise<unknown>;
  readDaemonAddress(env: NodeJS.ProcessEnv, problems: string[]): { udp: Address; tcp: Address } | undefined;
}

export interface Destination {
  /** `otlp (http://localhost:4318/v1/traces)`, `console`. */
  name: string;
  exporter: {
    export(spans: [], done: (result: { code: number; error?: Error }) => void): void;
    shutdown(): Promise<void>;
  };
}

export interface TraceLink {
  name: string;
  url(traceId: string): string | undefined;
  prepare?(): Promise<void>;
}

export interface HoneycombSettings {
  endpoint: string;
  headers: Record<string, string>;
}

export interface HoneycombAuth {
  type?: string;
  team: string;
  environment: string | undefined;
  maySend: boolean;
}

export interface CloudWatchSettings {
  service: AwsService;
  group: string;
  stream: string;
}

interface AwsService {
  region: string;
  endpoint: URL;
}

export interface Address {
  host: string;
  port: number;
}

/** The built one: Node runs no TypeScript that imports by the names of what it is built to. */
export async function loadTelemetry(root: string): Promise<Telemetry> {
  return (await import(pathToFileURL(join(root, 'dist/libs/telemetry/src/inspect.js')).href)) as Telemetry;
}
