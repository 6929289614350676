import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { HoneycombSettings } from '../export/honeycomb.js';
import { type HoneycombAuth, askHoneycombAuth } from '../export/honeycomb-auth.js';
import type { TraceLink } from './trace-link.js';

/** Whoever could not be asked is asked again after this time, when a link is wanted. */
const RETRY_MS = 60_000;
/** Honeycomb looks only around the time that the link names; a request takes less. */
const AROUND_S = 600;

/**
 * A direct link (https://docs.honeycomb.io/investigate/collaborate/share-trace/) holds team and environment, which only
 * the key's owner and Honeycomb know. The first link that is wanted makes it ask, in the background.
 */
export function honeycombLink(settings: HoneycombSettings, env: NodeJS.ProcessEnv): TraceLink {
  const dataset = settings.headers['x-honeycomb-dataset'] ?? env.OTEL_SERVICE_NAME ?? '';
  let auth: HoneycombAuth | undefined;
  let asking: Promise<void> | undefined;
  let askAgainAt = 0;

  const ask = async () => {
    try {
      auth = await context.with(suppressTracing(ROOT_CONTEXT), () => askHoneycombAuth(settings));
    } catch {
      // The export queue says what is wrong with the key or the endpoint.
      askAgainAt = Date.now() + RETRY_MS;
      asking = undefined;
    }
  };
  const prepare = () => {
    if (!asking && Date.now() >= askAgainAt) asking = ask();
    return asking ?? Promise.resolve();
  };
  return {
    name: 'Honeycomb',
    prepare,
    url(traceId) {
      void prepare();
      return auth && `${uiOf(settings.endpoint)}/${pathOf(auth, dataset)}/trace?${around(traceId)}`;
    },
  };
}

/** `api.eu1.honeycomb.io` has its pages at `ui.eu1.honeycomb.io`; behind a proxy they are where everybody's are. */
function uiOf(endpoint: string): string {
  const { hostname } = new URL(endpoint);
  const [, region = ''] = /^api\.((?:[\w-]+\.)*)honeycomb\.io$/.exec(hostname) ?? [];
  return `https://ui.${region}honeycomb.io`;
}

function pathOf({ team, environment }: HoneycombAuth, dataset: string): string {
  const parts = [team, ...(environment ? ['environments', environment] : []), 'datasets', dataset];
  return parts.map(encodeURIComponent).join('/');
}

function around(traceId: string): string {
  const now = Math.floor(Date.now() / 1_000);
  return `trace_id=${traceId}&trace_start_ts=${now - AROUND_S}&trace_end_ts=${now + AROUND_S}`;
}
