import { type Context, type SpanContext, createContextKey, trace } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';
import { EMPTY_CONTEXT } from '../tracer/linked-context.js';

/** Whether this caller, though a stranger to the edge, may have his trace continued. Must return at once. */
export type AdoptionRule = (request: FastifyRequest, traceId: string) => boolean;

let rule: AdoptionRule | undefined;

/**
 * Lets a public edge continue the traces of some callers instead of linking them. Only ids are taken from them: whether
 * the trace is sampled is decided here, and their tracestate and baggage stay outside.
 */
export function adoptCallers(chosen: AdoptionRule | undefined): void {
  rule = chosen;
}

const ADOPTED = createContextKey('cruddur.telemetry.adopted-caller');

/** The parent of the server span when the rule lets the claimed context in. */
export function adoptedParent(request: FastifyRequest, claimed: SpanContext | undefined): Context | undefined {
  if (!claimed || !rule?.(request, claimed.traceId)) return undefined;
  const { traceId, spanId, traceFlags } = claimed;
  return trace.setSpanContext(EMPTY_CONTEXT, { traceId, spanId, traceFlags, isRemote: true }).setValue(ADOPTED, true);
}

/** Whether the parent in this context is a caller's that was adopted, and not a span of ours below it. */
export function hasAdoptedParent(context: Context): boolean {
  return context.getValue(ADOPTED) === true && trace.getSpanContext(context)?.isRemote === true;
}
