import { isListening, type Address } from './addresses.ts';

export interface TraceDestination {
  /** For the services, on top of what is set already. */
  env: Record<string, string>;
  /** For the terminal; without keys or credentials. */
  text: string;
}

/** Whoever has just sent a request wants to see it, with what it has logged. */
const FOR_THE_VIEWER = {
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_BSP_SCHEDULE_DELAY: '500',
  OTEL_BLRP_SCHEDULE_DELAY: '500',
};
const DEFAULT_PORT = 4318;
const HINT = `set HONEYCOMB_API_KEY, or run an OTLP backend on port ${DEFAULT_PORT}, and start again`;

/**
 * Decides where the services' traces go: what the environment says comes first, then a service of ours that takes
 * them, then whatever listens on OTLP's port. With none of these they are switched off, as nobody would get them.
 *
 * @param receiver where the service that takes OTLP listens
 */
export async function findTraceDestination(
  env: NodeJS.ProcessEnv,
  receiver?: Address,
  backendPort = DEFAULT_PORT,
): Promise<TraceDestination> {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return { env: {}, text: 'off (OTEL_SDK_DISABLED)' };
  if (env.OTEL_TRACES_EXPORTER === 'none') return { env: {}, text: 'off (OTEL_TRACES_EXPORTER)' };
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const honeycomb = env.HONEYCOMB_API_KEY?.trim() ? ['Honeycomb'] : [];
  if (endpoint) {
    const links = receiver && !receiver.taken && isAt(endpoint, receiver) ? linksTo(receiver, env) : {};
    return { env: links, text: `to ${[printable(endpoint), ...honeycomb].join(' and ')}` };
  }
  if (receiver) {
    const where = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    if (receiver.taken) return { env: where, text: `to ${[receiver.url, ...honeycomb].join(' and ')}` };
    return {
      env: { ...where, ...unlessSet(FOR_THE_VIEWER, env), ...linksTo(receiver, env) },
      text: `open ${[pageOf(receiver), ...honeycomb].join(', and see ')}`,
    };
  }
  if (honeycomb.length > 0) return { env: {}, text: 'to Honeycomb' };
  if (env.OTEL_TRACES_EXPORTER) return { env: {}, text: `to ${env.OTEL_TRACES_EXPORTER} (OTEL_TRACES_EXPORTER)` };
  if (await isListening(backendPort)) return { env: {}, text: `to http://127.0.0.1:${backendPort}` };
  return { env: { OTEL_TRACES_EXPORTER: 'none' }, text: `nowhere yet: ${HINT}` };
}

function unlessSet(defaults: Record<string, string>, env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !env[name]));
}

function pageOf({ url }: Address): string {
  return url.replace('//127.0.0.1:', '//localhost:');
}

/** Only whoever starts the viewer knows that what takes the spans shows them, too. */
function linksTo(viewer: Address, env: NodeJS.ProcessEnv): Record<string, string> {
  const links = [`${pageOf(viewer)}/traces/{trace_id}`, env.TELEMETRY_TRACE_URL];
  return { TELEMETRY_TRACE_URL: links.filter(Boolean).join(',') };
}

function isAt(endpoint: string, { url }: Address): boolean {
  return URL.canParse(endpoint) && new URL(endpoint).origin.replace('//localhost:', '//127.0.0.1:') === url;
}

function printable(endpoint: string): string {
  if (!URL.canParse(endpoint)) return 'OTEL_EXPORTER_OTLP_ENDPOINT, which is no URL';
  const { protocol, host } = new URL(endpoint);
  return `${protocol}//${host}`;
}
