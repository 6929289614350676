import { channel } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import {
  type Attributes,
  type Context,
  type Histogram,
  type Link,
  type Span,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { InstrumentationBase, type InstrumentationConfig } from '@opentelemetry/instrumentation';
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import * as attr from '../attributes.js';
import { allowedBaggageOnly } from '../baggage/allowed-baggage.js';
import { errorType, toException } from '../spans/errors.js';
import { reportFault } from '../spans/report-fault.js';
import { LazySpanOptions } from '../tracer/lazy-span-options.js';
import { EMPTY_CONTEXT } from '../tracer/linked-context.js';
import { VERSION } from '../version.js';
import { adoptedParent } from './adopted-caller.js';
import { hasClientLeft, isCutOff } from './cut-off.js';
import { createDurationHistogram, startMeasuring } from './duration-metric.js';
import { knownMethod, spanName } from './http-method.js';
import { isIgnoredTarget } from './ignored-paths.js';
import {
  type ServerRequest,
  attachServerRequest,
  entrySpanOf,
  serverRequestOf,
  withEntrySpan,
} from './server-request.js';
import { type Inbound, UnroutedRequests, unroutedRequest } from './unrouted-requests.js';
import { splitHost, splitTarget } from './url.js';

export interface FastifyInstrumentationConfig extends InstrumentationConfig {
  /**
   * Continue the caller's trace and adopt its baggage. False at a public edge: the request then starts a
   * trace of its own that links the claimed parent.
   */
  trustInbound: boolean;
  /** Baggage entries that may enter. */
  baggageKeys: ReadonlySet<string>;
  /** Record `http.server.request.duration` too. */
  metrics?: boolean;
}

const W3C_FIELDS: ReadonlySet<string> = new Set(['traceparent', 'tracestate', 'baggage']);
/** Fastify announces each instance on this channel, so nothing is patched and load order does not matter. */
const FASTIFY_CREATED = channel('fastify.initialization');

/**
 * Server spans from Fastify's own hooks, following the HTTP semantic conventions
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span).
 */
export class FastifyInstrumentation extends InstrumentationBase<FastifyInstrumentationConfig> {
  // Declared, not initialised: the base class calls enable() before field initialisers run.
  declare private onFastify: ((message: unknown) => void) | undefined;
  declare private duration: Histogram | undefined;
  declare private unrouted: UnroutedRequests | undefined;
  declare private otherFields: string[] | undefined;

  constructor(config: FastifyInstrumentationConfig) {
    super('@cruddur/telemetry/http-server', VERSION, config);
  }

  protected override init(): void {}

  protected override _updateMetricInstruments(): void {
    this.duration = this.getConfig().metrics
      ? createDurationHistogram(this.meter, 'http.server.request.duration')
      : undefined;
  }

  override enable(): void {
    super.enable();
    // Both the constructor and registerInstrumentations() enable: a second subscription would double every span.
    if (this.onFastify) return;
    this.unrouted = new UnroutedRequests((raw, response) => this.traceUnrouted(raw, response));
    this.onFastify = (message) => {
      const { fastify } = message as { fastify: FastifyInstance };
      this.unrouted?.watch(fastify.server);
      this.addHooks(fastify);
    };
    FASTIFY_CREATED.subscribe(this.onFastify);
  }

  override disable(): void {
    super.disable();
    if (this.onFastify) FASTIFY_CREATED.unsubscribe(this.onFastify);
    this.onFastify = undefined;
    this.unrouted?.close();
    this.unrouted = undefined;
    this.otherFields = undefined;
  }

  private addHooks(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => this.startSpan(request, reply, done));
    // A body arrives in events of the socket, and a parser may lose the request's context: enter it again.
    fastify.addHook('preValidation', (request, _reply, done) => {
      const { headers } = request.raw;
      if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return done();
      const entered = serverRequestOf(request.raw);
      // What hooks have added to it since stays.
      if (entered && entrySpanOf(context.active()) === entered.span) done();
      else if (entered) context.with(entered.context, done);
      else if (isIgnoredTarget(request.url)) context.with(suppressTracing(ROOT_CONTEXT), done);
      else done();
    });
  }

  private startSpan(request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
    if (isIgnoredTarget(request.url)) {
      context.with(suppressTracing(ROOT_CONTEXT), done);
      return;
    }
    const route = request.routeOptions.url;
    const { parent, links } = this.parentOf(request.headers, request);
    const options = new LazySpanOptions(SpanKind.SERVER, () => requestAttributes(request, route), links);
    const span = this.tracer.startSpan(spanName(request.method, route), options, parent);
    const requestContext = withEntrySpan(trace.setSpan(parent, span));
    attachServerRequest(request.raw, {
      span,
      context: requestContext,
      measure: this.duration && startMeasuring(this.duration, options.attributes),
    });
    const { traceId, spanId, traceFlags } = span.spanContext();
    reply.header('traceresponse', `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`);
    // 'close' comes after 'finish', and also when the client went away: the one event that always comes.
    reply.raw.on('close', endSpan);
    context.with(requestContext, done);
  }

  /** Fastify has answered without asking any hook, and it did so at once. */
  private traceUnrouted(raw: IncomingMessage, response: ServerResponse): void {
    const request = unroutedRequest(raw);
    const { parent, links } = this.parentOf(raw.headers);
    const options = new LazySpanOptions(SpanKind.SERVER, () => requestAttributes(request, undefined), links);
    const span = this.tracer.startSpan(spanName(request.method, undefined), options, parent);
    const measure = this.duration && startMeasuring(this.duration, options.attributes);
    endAnswered(response, { span, context: parent, measure });
  }

  private parentOf(headers: IncomingHttpHeaders, request?: FastifyRequest): { parent: Context; links?: Link[] } {
    if (headers.traceparent === undefined && headers.baggage === undefined && !this.hasOtherPropagators()) {
      return { parent: EMPTY_CONTEXT };
    }
    const extracted = propagation.extract(EMPTY_CONTEXT, headers);
    const { trustInbound, baggageKeys } = this.getConfig();
    if (trustInbound) return { parent: allowedBaggageOnly(extracted, baggageKeys) };
    const claimed = trace.getSpanContext(extracted);
    const adopted = request && adoptedParent(request, claimed);
    if (adopted) return { parent: adopted };
    return { parent: EMPTY_CONTEXT, links: claimed && [{ context: claimed }] };
  }

  /** Whether a context could come in other headers than the W3C's; the propagators stay the same once requests come. */
  private hasOtherPropagators(): boolean {
    this.otherFields ??= propagation.fields().filter((field) => !W3C_FIELDS.has(field));
    return this.otherFields.length > 0;
  }
}

function requestAttributes(request: Inbound, route: string | undefined): Attributes {
  const { raw, method, protocol } = request;
  const { socket } = raw;
  const { path, query } = splitTarget(request.url);
  const attributes: Attributes = {
    [attr.ATTR_HTTP_REQUEST_METHOD]: knownMethod(method),
    [attr.ATTR_URL_PATH]: path,
    [attr.ATTR_URL_SCHEME]: protocol,
    // HTTP/2 has no minor versions; Node calls it 2.0.
    [attr.ATTR_NETWORK_PROTOCOL_VERSION]: raw.httpVersion === '2.0' ? '2' : raw.httpVersion,
    [attr.ATTR_CLIENT_ADDRESS]: request.ip,
    [attr.ATTR_NETWORK_PEER_ADDRESS]: socket.remoteAddress,
    [attr.ATTR_NETWORK_PEER_PORT]: socket.remotePort,
  };
  if (route !== undefined) attributes[attr.ATTR_HTTP_ROUTE] = route;
  if (query) attributes[attr.ATTR_URL_QUERY] = query;
  if (attributes[attr.ATTR_HTTP_REQUEST_METHOD] !== method) attributes[attr.ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = method;
  const { address, port = protocol === 'https' ? 443 : 80 } = splitHost(request.host);
  if (address) {
    attributes[attr.ATTR_SERVER_ADDRESS] = address;
    attributes[attr.ATTR_SERVER_PORT] = port;
  }
  const userAgent = raw.headers['user-agent'];
  if (userAgent !== undefined) attributes[attr.ATTR_USER_AGENT_ORIGINAL] = userAgent;
  return attributes;
}

function endSpan(this: ServerResponse): void {
  const request = serverRequestOf(this.req);
  if (!request) return;
  request.atEnd?.(this);
  endAnswered(this, request);
}

/**
 * A 4xx is the client's mistake and leaves the status unset; a 5xx is an error, with the exception that
 * caused it. A client that went away before the answer leaves `error.type` and no error status.
 */
function endAnswered(response: ServerResponse, { span, error, measure }: ServerRequest): void {
  const { statusCode, headersSent } = response;
  let failure: string | undefined;
  if (headersSent) span.setAttribute(attr.ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (isCutOff(response)) {
    failure = hasClientLeft(response) ? 'client_disconnected' : 'server_disconnected';
    span.setAttribute(attr.ATTR_ERROR_TYPE, failure);
    if (failure === 'server_disconnected') span.setStatus({ code: SpanStatusCode.ERROR });
  } else if (statusCode >= 500) {
    failure = failSpan(span, statusCode, error);
    reportRequest(response, span, error);
  }
  span.end();
  measure?.(headersSent ? statusCode : undefined, failure);
}

/** @returns `error.type` */
function failSpan(span: Span, statusCode: number, error: unknown): string {
  const type = error === undefined ? String(statusCode) : errorType(error);
  span.setAttribute(attr.ATTR_ERROR_TYPE, type);
  if (error === undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    return type;
  }
  const exception = toException(error);
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: typeof exception === 'string' ? exception : exception.message,
  });
  span.recordException(exception);
  return type;
}

function reportRequest({ req, statusCode }: ServerResponse, span: Span, error: unknown): void {
  const { method = '', url = '', headers } = req;
  const { path } = splitTarget(url);
  reportFault({ error, span, request: { method, path, statusCode, userAgent: headers['user-agent'] } });
}
