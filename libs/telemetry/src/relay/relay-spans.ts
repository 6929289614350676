import { type Attributes, ROOT_CONTEXT } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { type ReadableSpan, SamplingDecision } from '@opentelemetry/sdk-trace';
import { readAttributes } from './foreign-attributes.js';
import { RefusedSpan, toReadableSpan } from './foreign-span.js';
import { LIMITS } from './limits.js';
import { type Encoding, decodeOtlp } from './otlp-body.js';
import { type RelaySinks, getRelaySinks } from './sinks.js';

/** What the relaying service knows of the sender. */
export interface RelayOptions {
  /** `service.name` of everything that is relayed, whatever it calls itself. */
  serviceName: string;
  /** The first half of every trace id that this sender may use. */
  tracePrefix: string;
  /** Set on every span; the sender's own attributes cannot replace them. */
  attributes: Attributes;
  resource: Attributes;
}

/** OTLP's partial success, and `full` when no destination has room for more. */
export interface RelayResult {
  accepted: number;
  rejected: number;
  reason: string;
  full: boolean;
}

/** What a sender may say of itself: https://opentelemetry.io/docs/specs/semconv/resource/browser/ */
const FROM_SENDER = ['browser.brands', 'browser.language', 'browser.mobile', 'browser.platform'];
const FROM_US = ['service.namespace', 'service.version', 'deployment.environment.name'];

/** Whether there is a destination for relayed spans. */
export function canRelaySpans(): boolean {
  return (getRelaySinks()?.queues.length ?? 0) > 0;
}

/**
 * Hands spans that somebody else has made to this process's destinations, through the same queues.
 *
 * @throws MalformedOtlpError when the body is no OTLP
 */
export function relaySpans(body: Buffer, encoding: Encoding, options: RelayOptions): RelayResult {
  const sinks = getRelaySinks();
  const { spans, rejected, reason } = readSpans(body, encoding, options, sinks?.resource ?? {});
  const open = sinks?.queues.filter(({ hasRoom }) => hasRoom) ?? [];
  if (spans.length > 0 && open.length === 0) return { accepted: 0, rejected, reason, full: true };
  for (const span of spans) {
    const kept = sample(span, sinks!, options.attributes);
    if (kept) for (const queue of open) queue.onEnd(kept);
  }
  return { accepted: spans.length, rejected, reason, full: false };
}

function readSpans(body: Buffer, encoding: Encoding, options: RelayOptions, own: Attributes) {
  const spans: ReadableSpan[] = [];
  let rejected = 0;
  let reason = '';
  for (const { resource: claimed, scopeSpans } of decodeOtlp(body, encoding)) {
    const resource = resourceOf(claimed, options, own);
    for (const { name, version, spans: group } of scopeSpans) {
      const scope = { name: name.slice(0, LIMITS.nameLength), version: version.slice(0, LIMITS.keyLength) };
      for (const raw of group) {
        try {
          if (spans.length >= LIMITS.spansPerRequest) throw new RefusedSpan('the request has too many spans');
          spans.push(toReadableSpan(raw, { resource, scope, tracePrefix: options.tracePrefix }));
        } catch (error) {
          if (!(error instanceof RefusedSpan)) throw error;
          rejected++;
          reason ||= error.message;
        }
      }
    }
  }
  return { spans, rejected, reason };
}

function resourceOf(raw: unknown, options: RelayOptions, own: Attributes): Resource {
  const { attributes } = readAttributes(raw);
  const pick = (from: Attributes, keys: string[]) =>
    Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
  return resourceFromAttributes({
    ...pick(attributes, FROM_SENDER),
    ...pick(own, FROM_US),
    ...options.resource,
    'service.name': options.serviceName,
    'telemetry.sdk.language': 'webjs',
  });
}

/** The same decision as about the services' spans of this trace, with what it says about the rate. */
function sample(span: ReadableSpan, { sampler }: RelaySinks, attributes: Attributes): ReadableSpan | undefined {
  const { traceId } = span.spanContext();
  const result = sampler?.shouldSample(ROOT_CONTEXT, traceId, span.name, span.kind, span.attributes, []);
  if (result && result.decision !== SamplingDecision.RECORD_AND_SAMPLED) return undefined;
  Object.assign(span.attributes, attributes, result?.attributes);
  return span;
}
