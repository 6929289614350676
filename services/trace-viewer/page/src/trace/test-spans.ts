import type { Span, TraceLog } from '../api/types.js';

/** A span with what a test does not care about filled in. */
export const span = (
  id: string,
  parent: string | null,
  start_us: number,
  duration_us: number,
  more: Partial<Span> = {},
): Span => ({
  span_id: id,
  parent_span_id: parent,
  service: 'gateway',
  name: id,
  kind: 'internal',
  start_us,
  duration_us,
  self_us: duration_us,
  status: { code: 'unset' },
  attributes: {},
  resource: 0,
  scope: { name: '', version: '' },
  events: [],
  links: [],
  ...more,
});

export const log = (span_id: string | null, body: string): TraceLog => ({
  span_id,
  time_us: 0,
  service: 'gateway',
  level: 'info',
  body,
  attributes: {},
});
