import { type Finding, note, ok, wrong } from '../finding.ts';
import { readJaeger, readViewer, waitForTrace } from '../arrival.ts';
import { ask } from '../http.ts';
import type { Destination } from '../telemetry.ts';
import { type Context, judgeArrival, tryToSend } from './context.ts';

const JAEGER_PORT = 16686;

/** Whatever takes OTLP: the trace viewer, Jaeger, a collector or a vendor. The first two can be asked. */
export async function checkOtlp(destination: Destination, endpoint: string, context: Context): Promise<Finding[]> {
  const { env, traceId, viewerUrl } = context;
  const reason = await tryToSend(destination);
  if (reason) return [unreachable(endpoint, reason, env)];
  const { origin } = new URL(endpoint);
  if (viewerUrl && origin === viewerUrl) {
    const url = `${viewerUrl}/api/traces/${traceId}`;
    const arrived = traceId ? await waitForTrace(url, readViewer, env) : undefined;
    return [judgeArrival('trace viewer', viewerUrl, arrived, context, `${viewerUrl}/traces/${traceId}`)];
  }
  const jaeger = await findJaeger(endpoint, env);
  if (!jaeger) {
    return [ok('OTLP', `${endpoint} takes spans; it cannot be asked here whether the trace arrived`)];
  }
  const arrived = traceId ? await waitForTrace(`${jaeger}/api/traces/${traceId}`, readJaeger, env) : undefined;
  const found = judgeArrival('Jaeger', endpoint, arrived, context, `${jaeger}/trace/${traceId}`);
  const template = `${jaeger}/trace/{trace_id}`;
  if (env.TELEMETRY_TRACE_URL?.includes(template)) return [found];
  return [found, { ...note('Jaeger', `its page is at ${jaeger}; for links to it:`), next: setTemplate(template) }];
}

const setTemplate = (template: string) => `TELEMETRY_TRACE_URL='${template}' npm start`;

function unreachable(endpoint: string, reason: string, env: NodeJS.ProcessEnv): Finding {
  const variable = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
    ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
    : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  if (/HTTP 40[13]/.test(reason)) {
    const text = `${endpoint} refuses what OTEL_EXPORTER_OTLP_HEADERS says (${reason})`;
    return wrong('OTLP', text, 'put the header right in .env, then: npm run doctor');
  }
  const text = `${endpoint} does not take spans (${reason}); ${variable} says where a backend is`;
  return wrong('OTLP', text, `${variable}= npm start, for the trace viewer; or start what listens there`);
}

/** Jaeger's pages by its own default, or where TELEMETRY_TRACE_URL says that they are. */
async function findJaeger(endpoint: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const given = [...(env.TELEMETRY_TRACE_URL ?? '').matchAll(/(https?:[^\s,]+)\/trace\/\{trace_id\}/g)].map(
    ([, base]) => base,
  );
  const { protocol, hostname } = new URL(endpoint);
  const usual = protocol === 'http:' ? [`http://${hostname}:${JAEGER_PORT}`] : [];
  for (const base of [...given, ...usual]) {
    const answer = await ask(`${base}/api/services`);
    if (typeof answer !== 'string' && answer.status === 200 && Object.hasOwn(answer.body ?? {}, 'data')) return base;
  }
  return undefined;
}
