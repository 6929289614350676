import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { STATUS_CODES } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import * as attr from '../attributes.js';
import { attributeText } from '../export/attribute-text.js';
import { type TraceLink, traceUrls } from '../links/trace-link.js';
import { errorType, toException } from '../spans/errors.js';
import type { Fault } from '../spans/report-fault.js';
import { parseStack } from '../spans/stack.js';
import { VERSION } from '../version.js';
import { scrub } from './scrub.js';
import type { RollbarSettings } from './settings.js';

/** What Rollbar's API takes: https://docs.rollbar.com/reference/create-item. Times in seconds since the epoch. */
export interface RollbarItem {
  data: {
    uuid: string;
    environment: string;
    level: 'error' | 'critical';
    timestamp: number;
    platform: 'node';
    language: 'javascript';
    framework: 'nestjs';
    code_version?: string;
    context?: string;
    person?: { id: string };
    request?: { url: string; method: string; headers: Record<string, string> };
    server: { host: string; pid: number };
    custom: Record<string, string | number | string[]>;
    body: { trace_chain: Trace[] } | { message: { body: string } };
    notifier: { name: string; version: string };
  };
}

interface Trace {
  frames: { filename: string; lineno: number; colno: number; method: string }[];
  exception: { class: string; message: string };
}

const MAX_CAUSES = 5;
const MAX_FRAMES = 50;
const MAX_MESSAGE = 10_000;

/** An item with no header but the user agent, no query, body or address of the request: what users send is theirs. */
export function toRollbarItem(fault: Fault, settings: RollbarSettings, links: readonly TraceLink[]): RollbarItem {
  const { error, span, request, level = 'error' } = fault;
  const { environment, codeVersion, service } = settings;
  // Spans of the SDK can be read; one that is not recorded knows nothing.
  const { attributes = {} } = (span ?? {}) as { attributes?: Attributes };
  const user = attributes[attr.ATTR_USER_ID];
  const ids = span?.spanContext();
  const urls = ids ? traceUrls(links, ids.traceId) : [];
  const route = attributes[attr.ATTR_HTTP_ROUTE];
  return {
    data: {
      uuid: randomUUID(),
      environment: environment.slice(0, 255),
      level,
      timestamp: Math.floor(Date.now() / 1_000),
      platform: 'node',
      language: 'javascript',
      framework: 'nestjs',
      code_version: codeVersion?.slice(0, 40),
      context: (request ? `${request.method} ${attributeText(route ?? request.path)}` : service).slice(0, 255),
      person: user === undefined ? undefined : { id: attributeText(user).slice(0, 40) },
      request: request && {
        url: scrub(request.path.slice(0, 2_000)),
        method: request.method,
        headers: request.userAgent ? { 'User-Agent': scrub(request.userAgent.slice(0, 500)) } : {},
      },
      server: { host: hostname(), pid: process.pid },
      custom: {
        service,
        ...(ids && { trace_id: ids.traceId, span_id: ids.spanId }),
        ...(urls[0] && { trace_url: urls[0] }),
        ...(urls.length > 1 && { trace_links: urls }),
        ...(request && { status: request.statusCode }),
      },
      body: bodyOf(error, request),
      notifier: { name: '@cruddur/telemetry', version: VERSION },
    },
  };
}

function bodyOf(error: unknown, request: Fault['request']): RollbarItem['data']['body'] {
  if (error !== undefined) return { trace_chain: traceChain(error) };
  const status = request?.statusCode ?? 500;
  return { message: { body: `${status} ${STATUS_CODES[status] ?? ''}`.trim() } };
}

/** The error and its causes, the outermost first. */
function traceChain(error: unknown): Trace[] {
  const chain: Trace[] = [];
  for (let next: unknown = error; next !== undefined && next !== null && chain.length < MAX_CAUSES;) {
    chain.push(traceOf(next));
    next = typeof next === 'object' ? (next as { cause?: unknown }).cause : undefined;
  }
  return chain;
}

function traceOf(error: unknown): Trace {
  const exception = toException(error);
  const [message, stack] = typeof exception === 'string' ? [exception, ''] : [exception.message, exception.stack];
  // Rollbar wants the innermost frame last.
  const frames = parseStack(stack).slice(0, MAX_FRAMES).reverse();
  return {
    frames: frames.map(({ file, line, column, method }) => ({ filename: file, lineno: line, colno: column, method })),
    exception: { class: errorType(error).slice(0, 255), message: scrub(message.slice(0, MAX_MESSAGE)) },
  };
}
