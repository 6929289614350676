import { type TraceState, createTraceState } from '@opentelemetry/api';

/** OpenTelemetry's own member of tracestate: `ot=th:c;rv:...`. */
const MEMBER = 'ot';
const THRESHOLD = /(?:^|;)th:([0-9a-f]{1,14})(?=;|$)/;

/** The trace state with this rejection threshold: hexadecimal digits of a fraction, without zeros at the end. */
export function withThreshold(state: TraceState | undefined, threshold: string): TraceState {
  const others = (state?.get(MEMBER) ?? '').replace(THRESHOLD, '').replace(/^;/, '');
  const member = others === '' ? `th:${threshold}` : `th:${threshold};${others}`;
  return (state ?? createTraceState()).set(MEMBER, member);
}

/** How many traces this one stands for, rounded; undefined when its state does not tell. */
export function sampleRateOf(state: TraceState | undefined): number | undefined {
  const member = state?.get(MEMBER);
  const digits = member && THRESHOLD.exec(member)?.[1];
  if (!digits) return undefined;
  const rejected = Number.parseInt(digits, 16) / 16 ** digits.length;
  const rate = Math.round(1 / (1 - rejected));
  return Number.isFinite(rate) ? rate : undefined;
}
