import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type Attributes,
  type Context,
  type Histogram,
  type Span,
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { InstrumentationBase, type InstrumentationConfig } from '@opentelemetry/instrumentation';
import * as attr from '../attributes.js';
import { allowedBaggageOnly } from '../baggage/allowed-baggage.js';
import { errorType } from '../spans/errors.js';
import { LazySpanOptions } from '../tracer/lazy-span-options.js';
import { VERSION } from '../version.js';
import { createDurationHistogram, startMeasuring } from './duration-metric.js';
import { knownMethod, spanName } from './http-method.js';
import { OUTBOUND_CALL, type OutboundCall, type StartedCall } from './outbound-call.js';
import { redactQuery, withoutBrackets } from './url.js';

export interface UndiciInstrumentationConfig extends InstrumentationConfig {
  /** Baggage entries that may leave, and only to neighbours. */
  baggageKeys: ReadonlySet<string>;
  /** Record `http.client.request.duration` too. */
  metrics?: boolean;
}

/** On the request itself, as a property: looked up five times in a call. */
const CALL = Symbol('cruddur.telemetry.client-call');

/** The part of undici's request that its diagnostics channels promise. */
interface UndiciRequest {
  [CALL]?: ClientCall | undefined;
  origin: string | URL;
  path: string;
  method: string;
  /** Name and value in turn. */
  headers?: unknown[] | string;
  addHeader(name: string, value: string): void;
  /** The protocol that is asked for. */
  upgrade?: string | null;
  /** Of undici 7, which Node 24 has within. */
  onUpgrade?: (statusCode: number, ...rest: unknown[]) => unknown;
}
interface ClientCall {
  span: Span;
  /** The attributes of the metric come from here. */
  options: LazySpanOptions;
  statusCode?: number;
  measure?: ReturnType<typeof startMeasuring>;
}
type Message = {
  request: UndiciRequest;
  response?: { statusCode: number };
  socket?: { remoteAddress?: string; remotePort?: number; alpnProtocol?: string | false | null };
  error?: Error;
};

/**
 * Client spans from undici's diagnostics channels (undici's own `request` and `fetch`, and Node's global
 * `fetch`), one per attempt, following
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span.
 *
 * The span ends when the whole response has been read, so its duration includes the body.
 */
export class UndiciInstrumentation extends InstrumentationBase<UndiciInstrumentationConfig> {
  // Declared, not initialised: the base class calls enable() before field initialisers run.
  declare private handlers: [channel: string, handler: (message: unknown) => void][] | undefined;
  declare private duration: Histogram | undefined;

  constructor(config: UndiciInstrumentationConfig) {
    super('@cruddur/telemetry/http-client', VERSION, config);
  }

  protected override init(): void {}

  protected override _updateMetricInstruments(): void {
    this.duration = this.getConfig().metrics
      ? createDurationHistogram(this.meter, 'http.client.request.duration')
      : undefined;
  }

  override enable(): void {
    super.enable();
    // Both the constructor and registerInstrumentations() enable: a second subscription would double every span.
    if (this.handlers) return;
    this.handlers = [
      ['undici:request:create', (message) => this.start(message as Message)],
      ['undici:client:sendHeaders', (message) => this.sent(message as Message)],
      ['undici:request:headers', (message) => this.answered(message as Message)],
      ['undici:request:trailers', (message) => this.end(message as Message)],
      ['undici:request:error', (message) => this.end(message as Message)],
    ];
    for (const [channel, handler] of this.handlers) subscribe(channel, handler);
  }

  override disable(): void {
    super.disable();
    for (const [channel, handler] of this.handlers ?? []) unsubscribe(channel, handler);
    this.handlers = undefined;
  }

  private start({ request }: Message): void {
    const active = context.active();
    if (isTracingSuppressed(active)) return;
    const call = callTo(request, active.getValue(OUTBOUND_CALL) as StartedCall | undefined);
    const options = new LazySpanOptions(SpanKind.CLIENT, () => requestAttributes(request, call));
    const span = this.tracer.startSpan(spanName(request.method, call?.urlTemplate), options, active);
    const measure = this.duration && startMeasuring(this.duration, options.attributes, true);
    // Nobody looks at what becomes of a call that is left out.
    if (measure || span.isRecording()) request[CALL] = { span, options, measure };
    if (request.onUpgrade && (request.upgrade || request.method === 'CONNECT')) this.endAtUpgrade(request);
    if (!hasTraceparent(request)) this.inject(request, trace.setSpan(active, span), call?.neighbour === true);
  }

  private inject(request: UndiciRequest, clientContext: Context, neighbour: boolean): void {
    const outgoing = neighbour
      ? allowedBaggageOnly(clientContext, this.getConfig().baggageKeys)
      : propagation.deleteBaggage(clientContext);
    propagation.inject(outgoing, request, { set: (carrier, key, value) => carrier.addHeader(key, value) });
  }

  /** undici 7 tells nobody that an upgrade was answered: without this, the span would never end. */
  private endAtUpgrade(request: UndiciRequest): void {
    const { onUpgrade } = request;
    request.onUpgrade = (statusCode, ...rest) => {
      this.answered({ request, response: { statusCode } });
      this.end({ request });
      return onUpgrade?.call(request, statusCode, ...rest);
    };
  }

  private sent({ request, socket }: Message): void {
    const call = request[CALL];
    if (!call || !socket?.remoteAddress) return;
    const version = socket.alpnProtocol === 'h2' ? '2' : '1.1';
    if (call.measure) call.options.attributes[attr.ATTR_NETWORK_PROTOCOL_VERSION] = version;
    call.span.setAttribute(attr.ATTR_NETWORK_PROTOCOL_VERSION, version);
    call.span.setAttribute(attr.ATTR_NETWORK_PEER_ADDRESS, socket.remoteAddress);
    call.span.setAttribute(attr.ATTR_NETWORK_PEER_PORT, socket.remotePort ?? 0);
  }

  private answered({ request, response }: Message): void {
    const call = request[CALL];
    if (!call || !response) return;
    const { statusCode } = response;
    call.statusCode = statusCode;
    call.span.setAttribute(attr.ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
    if (statusCode >= 400) {
      call.span.setAttribute(attr.ATTR_ERROR_TYPE, String(statusCode));
      call.span.setStatus({ code: SpanStatusCode.ERROR });
    }
  }

  private end({ request, error }: Message): void {
    const call = request[CALL];
    if (!call) return;
    request[CALL] = undefined;
    const { span, statusCode, measure } = call;
    const failed = error && errorType(error);
    if (failed) {
      span.setAttribute(attr.ATTR_ERROR_TYPE, failed);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    }
    span.end();
    measure?.(statusCode, failed);
  }
}

/** A redirect may lead to somebody else, of whom the caller knew nothing. */
function callTo({ origin }: UndiciRequest, started: StartedCall | undefined): OutboundCall | undefined {
  if (!started) return undefined;
  started.origin ??= String(origin);
  return started.origin === String(origin) ? started : undefined;
}

function requestAttributes(request: UndiciRequest, call: OutboundCall | undefined): Attributes {
  const { method } = request;
  const attributes: Attributes = { [attr.ATTR_HTTP_REQUEST_METHOD]: knownMethod(method) };
  if (attributes[attr.ATTR_HTTP_REQUEST_METHOD] !== method) attributes[attr.ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = method;
  const target = targetOf(request);
  if (target) {
    attributes[attr.ATTR_URL_FULL] = redactQuery(target.url);
    attributes[attr.ATTR_SERVER_ADDRESS] = target.address;
    attributes[attr.ATTR_SERVER_PORT] = target.port;
  }
  if (call) {
    attributes[attr.ATTR_URL_TEMPLATE] = call.urlTemplate;
    if (call.resendCount) attributes[attr.ATTR_HTTP_REQUEST_RESEND_COUNT] = call.resendCount;
  }
  return attributes;
}

interface Target {
  url: string;
  address: string;
  port: number;
}

/** Programs call few origins; one that calls many begins anew now and then. */
const MAX_ORIGINS = 1_000;
const origins = new Map<string, Target>();
/** What a URL parser leaves as it is, when no segment begins with a dot. */
const PLAIN_PATH = /^\/(?!\/)[\w\-~!$&()*+,;=:@%./?]*$/;

function targetOf({ origin, path, method }: UndiciRequest): Target | undefined {
  const base = typeof origin === 'string' ? origin : origin.origin;
  // A proxy without a tunnel is given the whole URL as path; CONNECT names a host and a port.
  if (!path.startsWith('/'))
    return parse(method === 'CONNECT' ? `${base.slice(0, base.indexOf(':'))}://${path}` : path);
  if (!PLAIN_PATH.test(path) || path.includes('/.'))
    return parse((base.endsWith('/') ? base.slice(0, -1) : base) + path);
  let known = origins.get(base);
  if (!known) {
    known = parse(base);
    if (!known) return undefined;
    if (origins.size >= MAX_ORIGINS) origins.clear();
    origins.set(base, known);
  }
  return { url: known.url + path.slice(1), address: known.address, port: known.port };
}

/** Undefined for what is no URL: a path can be anything, and who throws here ends the process. */
function parse(text: string): Target | undefined {
  const url = URL.parse(text);
  if (!url) return undefined;
  if (url.username || url.password) url.username = url.password = 'REDACTED';
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return { url: url.href, address: withoutBrackets(url.hostname), port };
}

/** Somebody who forwards headers has set one already: a second one would make both invalid. */
function hasTraceparent({ headers }: UndiciRequest): boolean {
  return Array.isArray(headers) && headers.some((item, index) => index % 2 === 0 && isTraceparent(item));
}

function isTraceparent(header: unknown): boolean {
  return typeof header === 'string' && header.length === 11 && header.toLowerCase() === 'traceparent';
}
