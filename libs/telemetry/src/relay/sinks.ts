import type { Attributes } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace';
import type { ExportQueue } from '../export/export-queue.js';

/** Where relayed spans go: wherever this process's own go. */
export interface RelaySinks {
  queues: readonly ExportQueue[];
  /** Decides by the trace id alone, as about the process's own spans; undefined when it needs to know more. */
  sampler: Sampler | undefined;
  /** Attributes of this process's resource. */
  resource: Attributes;
}

let sinks: RelaySinks | undefined;

export function setRelaySinks(chosen: RelaySinks | undefined): void {
  sinks = chosen;
}

export function getRelaySinks(): RelaySinks | undefined {
  return sinks;
}
