import { Logger } from '@nestjs/common';
import { canRelaySpans, leaveUntraced } from '@cruddur/telemetry/relay';
import type { FastifyInstance } from 'fastify';
import { fileURLToPath } from 'node:url';
import type { GatewayConfig } from '../gateway.config.js';
import { continueTracesOfPage } from './browser-traces.js';
import { PageTokens } from './page-tokens.js';
import { servePage } from './serve-page.js';
import { RELAY_PATH, relayTracesOfPage } from './traces-relay.js';

/** Built beside this file as it runs, from services/gateway/page. */
const DIRECTORY = fileURLToPath(new URL('./static', import.meta.url));

/** The feed page at `/`, and the traces that begin in it. Neither its files nor its spans are traced themselves. */
export function openPage(fastify: FastifyInstance, config: GatewayConfig, directory = DIRECTORY): void {
  if (!config.GATEWAY_PAGE) return;
  const tokens =
    config.GATEWAY_BROWSER_TRACES && canRelaySpans() ? new PageTokens(config.GATEWAY_PAGE_SECRET) : undefined;
  const isOfPage = servePage(fastify, { directory, tokens, traceUrl: config.TELEMETRY_TRACE_URL });
  if (!isOfPage) {
    new Logger('Page').warn('the page is not built (npm run build): there is only the API');
    return;
  }
  if (tokens) {
    continueTracesOfPage(fastify, tokens);
    relayTracesOfPage(fastify, tokens);
  }
  leaveUntraced((path) => isOfPage(path) || (tokens !== undefined && path === RELAY_PATH));
}
