import {
  type HrTime,
  type Link,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  isSpanContextValid,
} from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import { readAttributes } from './foreign-attributes.js';
import { LIMITS } from './limits.js';

/** Why a span is not taken, for the sender. */
export class RefusedSpan extends Error {
  override readonly name = 'RefusedSpan';
}

export interface Origin {
  resource: Resource;
  scope: InstrumentationScope;
  /** The first half of every trace id that this sender may use. */
  tracePrefix: string;
}

/** OTLP's kinds: what runs in somebody's hands serves nobody. */
const KINDS: Record<number, SpanKind> = { 1: SpanKind.INTERNAL, 3: SpanKind.CLIENT };
const NS_PER_MS = 1_000_000n;

/**
 * One span of an OTLP request in the form that exporters take, with everything checked that a stranger can have made up.
 *
 * @throws RefusedSpan
 */
export function toReadableSpan(raw: unknown, { resource, scope, tracePrefix }: Origin): ReadableSpan {
  const span = (raw ?? {}) as Record<string, unknown>;
  const context = contextOf(span.traceId, span.spanId);
  if (!context) throw new RefusedSpan('traceId and spanId must be 32 and 16 hex digits, not all zero');
  if (!context.traceId.startsWith(tracePrefix)) throw new RefusedSpan('the traceId is not one of this session');
  const kind = KINDS[Number(span.kind)];
  if (kind === undefined) throw new RefusedSpan('kind must be internal or client');
  const name = typeof span.name === 'string' ? span.name.slice(0, LIMITS.nameLength).trim() : '';
  if (name === '') throw new RefusedSpan('name is missing');
  const [start, end] = [nanoseconds(span.startTimeUnixNano), nanoseconds(span.endTimeUnixNano)];
  if (!isPlausible(start) || end < start || end - start > BigInt(LIMITS.durationMs) * NS_PER_MS) {
    throw new RefusedSpan('startTimeUnixNano and endTimeUnixNano are no plausible times');
  }
  const { attributes, dropped } = readAttributes(span.attributes);
  const events = list(span.events);
  const links = list(span.links);
  return {
    name,
    kind,
    spanContext: () => context,
    parentSpanContext: span.parentSpanId ? contextOf(span.traceId, span.parentSpanId) : undefined,
    startTime: toHrTime(start),
    endTime: toHrTime(end),
    duration: toHrTime(end - start),
    ended: true,
    status: statusOf(span.status),
    attributes,
    events: events.slice(0, LIMITS.events).map((event) => toEvent(event, start)),
    links: links.slice(0, LIMITS.links).flatMap(toLink),
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: dropped,
    droppedEventsCount: Math.max(0, events.length - LIMITS.events),
    droppedLinksCount: Math.max(0, links.length - LIMITS.links),
  };
}

function list(value: unknown): Record<string, unknown>[] {
  const items: unknown[] = Array.isArray(value) ? value : [];
  return items.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null);
}

function contextOf(traceId: unknown, spanId: unknown): SpanContext | undefined {
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined;
  const context = {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  };
  return isSpanContextValid(context) ? context : undefined;
}

function statusOf(raw: unknown): ReadableSpan['status'] {
  const { code, message } = (raw ?? {}) as { code?: unknown; message?: unknown };
  if (code !== 2) return { code: SpanStatusCode.UNSET };
  const text = typeof message === 'string' && message !== '' ? message.slice(0, LIMITS.valueLength) : undefined;
  return { code: SpanStatusCode.ERROR, ...(text && { message: text }) };
}

function toEvent(raw: Record<string, unknown>, spanStart: bigint): TimedEvent {
  const time = nanoseconds(raw.timeUnixNano);
  const { attributes, dropped } = readAttributes(raw.attributes);
  const name = typeof raw.name === 'string' ? raw.name.slice(0, LIMITS.nameLength) : '';
  return { name, time: toHrTime(isPlausible(time) ? time : spanStart), attributes, droppedAttributesCount: dropped };
}

function toLink(raw: Record<string, unknown>): Link[] {
  const context = contextOf(raw.traceId, raw.spanId);
  return context ? [{ context, attributes: readAttributes(raw.attributes).attributes }] : [];
}

function nanoseconds(value: unknown): bigint {
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : 0n;
}

function isPlausible(ns: bigint): boolean {
  return Math.abs(Number(ns / NS_PER_MS) - Date.now()) <= LIMITS.clockSkewMs;
}

function toHrTime(ns: bigint): HrTime {
  return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
}
