import { readUrl } from '../export/endpoint.js';
import { readHoneycomb } from '../export/honeycomb.js';
import { readList } from '../settings.js';
import { readDaemonAddress } from '../xray/settings.js';
import { honeycombLink } from './honeycomb-link.js';
import type { TraceLink } from './trace-link.js';

const PLACEHOLDER = '{trace_id}';

/**
 * Where the traces of this process can be looked at: what TELEMETRY_TRACE_URL says, then what follows from the
 * destinations that are configured. A viewer or Jaeger is known by TELEMETRY_TRACE_URL alone: the address that takes
 * spans does not tell the one that shows them.
 */
export function readTraceLinks(env: NodeJS.ProcessEnv, problems: string[]): TraceLink[] {
  const given = readTemplates(env, problems);
  const exporters = readList(env.OTEL_TRACES_EXPORTER) ?? [];
  if (exporters.includes('none')) return [];
  // What is wrong with a destination is said where the destination is read.
  const honeycomb = readHoneycomb(env, []);
  return [
    ...given,
    ...(honeycomb ? [honeycombLink(honeycomb, env)] : []),
    ...(exporters.includes('zipkin') ? zipkinLink(env) : []),
    ...xrayLink(env),
  ];
}

/** A comma-separated list. A comma may be part of a URL, so one that separates stands before the next http. */
function readTemplates(env: NodeJS.ProcessEnv, problems: string[]): TraceLink[] {
  const value = env.TELEMETRY_TRACE_URL?.trim();
  if (!value) return [];
  return value.split(/\s*,\s*(?=https?:|$)/).flatMap((template) => {
    if (template === '') return [];
    if (/^https?:/.test(template) && URL.canParse(template) && template.includes(PLACEHOLDER)) {
      return [{ name: new URL(template).host, url: (id) => template.replaceAll(PLACEHOLDER, id) }];
    }
    problems.push('TELEMETRY_TRACE_URL has an entry that is not an http(s) URL with {trace_id} in it: ignored');
    return [];
  });
}

/** Zipkin's own page is at the port that takes spans. */
function zipkinLink(env: NodeJS.ProcessEnv): TraceLink[] {
  const endpoint = readUrl(env, 'OTEL_EXPORTER_ZIPKIN_ENDPOINT', 'http://localhost:9411/api/v2/spans', []);
  if (!endpoint) return [];
  const base = endpoint.pathname.replace(/(?:\/zipkin)?\/api\/v2\/spans\/?$/, '');
  return [{ name: 'Zipkin', url: (id) => `${endpoint.origin}${base}/zipkin/traces/${id}` }];
}

/** The page of the AWS console, which wants a trace's id as X-Ray writes it: 1, 8 and 24 digits. */
function xrayLink(env: NodeJS.ProcessEnv): TraceLink[] {
  const isOn = readDaemonAddress(env, []) !== undefined || env.AWS_XRAY_OTLP?.trim().toLowerCase() === 'true';
  const region = (env.AWS_REGION || env.AWS_DEFAULT_REGION)?.trim() ?? '';
  if (!isOn || !/^[a-z0-9-]+$/.test(region)) return [];
  const home = `https://${region}.${consoleOf(region)}/cloudwatch/home?region=${region}`;
  return [{ name: 'X-Ray', url: (id) => `${home}#xray:traces/1-${id.slice(0, 8)}-${id.slice(8)}` }];
}

function consoleOf(region: string): string {
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  return region.startsWith('us-gov-') ? 'console.amazonaws-us-gov.com' : 'console.aws.amazon.com';
}
