import { readAwsService } from '../aws/aws-service.js';
import { AS_SPANS, type Destination } from '../export/destination.js';
import { LazyExporter } from '../export/lazy-exporter.js';
import { readBoolean } from '../settings.js';

export interface Address {
  host: string;
  port: number;
}
/** Where the X-Ray daemon takes segment documents (UDP) and API calls to sign (TCP). */
export interface DaemonAddress {
  udp: Address;
  tcp: Address;
}

const OTLP_TIMEOUT_MS = 10_000;

/** X-Ray by its daemon (AWS_XRAY_DAEMON_ADDRESS), and straight over OTLP (AWS_XRAY_OTLP). */
export function readXrayDestinations(env: NodeJS.ProcessEnv, problems: string[]): Destination[] {
  return [...daemonDestination(env, problems), ...otlpDestination(env, problems)];
}

/**
 * Reads AWS_XRAY_DAEMON_ADDRESS as AWS's own SDKs do: `host:port`, or `tcp:host:port udp:host:port`. Undefined when it
 * is not set, or cannot be understood; the latter goes to `problems`.
 */
export function readDaemonAddress(env: NodeJS.ProcessEnv, problems: string[]): DaemonAddress | undefined {
  const value = env.AWS_XRAY_DAEMON_ADDRESS?.trim();
  if (!value) return undefined;
  const both = parseAddress(value);
  if (both) return { udp: both, tcp: both };
  const parts = value.split(/\s+/).map((part) => /^(tcp|udp):(.+)$/.exec(part));
  const find = (protocol: string) => parseAddress(parts.find((part) => part?.[1] === protocol)?.[2] ?? '');
  const [udp, tcp] = [find('udp'), find('tcp')];
  if (parts.length === 2 && udp && tcp) return { udp, tcp };
  problems.push(
    'AWS_XRAY_DAEMON_ADDRESS is neither host:port nor "tcp:host:port udp:host:port": nothing is sent to the X-Ray daemon',
  );
  return undefined;
}

function parseAddress(value: string): Address | undefined {
  const [, host, digits] = /^(\[[0-9a-f:]+\]|[\w.-]+):(\d{1,5})$/i.exec(value) ?? [];
  const port = Number(digits);
  return host && port > 0 && port < 65_536 ? { host: host.replace(/^\[|\]$/g, ''), port } : undefined;
}

function daemonDestination(env: NodeJS.ProcessEnv, problems: string[]): Destination[] {
  const udp = readDaemonAddress(env, problems)?.udp;
  if (!udp) return [];
  const load = async () => (await import('./udp-exporter.js')).createUdpExporter(udp);
  return [{ name: `X-Ray daemon (${udp.host}:${udp.port})`, exporter: new LazyExporter(load), ...AS_SPANS }];
}

function otlpDestination(env: NodeJS.ProcessEnv, problems: string[]): Destination[] {
  if (!readBoolean(env, 'AWS_XRAY_OTLP', problems)) return [];
  const service = readAwsService('xray', 'AWS_XRAY_OTLP', env, problems);
  if (!service) return [];
  const load = async () => (await import('./otlp-exporter.js')).createXrayOtlpExporter(service, OTLP_TIMEOUT_MS);
  return [{ name: `X-Ray (${service.endpoint.origin})`, exporter: new LazyExporter(load), ...AS_SPANS }];
}
