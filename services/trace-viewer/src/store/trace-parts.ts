import type { LogRecord, SpanRecord } from '../receiver/otlp/records.js';
import type { CoreValue } from './chunk.js';
import type { WideTable } from './wide-table.js';

interface Part {
  startNs: bigint | null;
  endNs: bigint | null;
  spans: number;
  errors: number;
  rootService: string | null;
  rootName: string | null;
  services: Set<string>;
  logStartNs: bigint | null;
  logEndNs: bigint | null;
}

const lesser = (a: bigint | null, b: bigint) => (a === null || b < a ? b : a);
const greater = (a: bigint | null, b: bigint) => (a === null || b > a ? b : a);

/** Sums up what arrived of each trace since the last commit. */
export class TraceParts {
  #parts = new Map<string, Part>();

  constructor(private readonly table: WideTable) {}

  addSpan(span: SpanRecord, service: string): void {
    const part = this.#part(span.traceId);
    part.startNs = lesser(part.startNs, span.startNs);
    part.endNs = greater(part.endNs, span.endNs > span.startNs ? span.endNs : span.startNs);
    part.spans++;
    if (span.statusCode === 2) part.errors++;
    part.services.add(service);
    if (span.parentId === '') {
      part.rootService = service;
      part.rootName = span.name;
    }
  }

  addLog(log: LogRecord): void {
    if (log.traceId === '') return;
    const part = this.#part(log.traceId);
    part.logStartNs = lesser(part.logStartNs, log.timeNs);
    part.logEndNs = greater(part.logEndNs, log.timeNs);
  }

  /** Appends the parts; answers with the ids of the traces that got spans. */
  flush(receivedS: number): string[] {
    const traceIds: string[] = [];
    for (const [traceId, part] of this.#parts) {
      if (part.spans > 0) traceIds.push(traceId);
      const row: CoreValue[] = [receivedS, traceId, part.startNs, part.endNs, part.spans, part.errors];
      row.push(part.rootService, part.rootName, [...part.services].join('\n'), part.logStartNs, part.logEndNs);
      this.table.append(row, []);
    }
    this.#parts.clear();
    return traceIds;
  }

  /** After a lost commit: their rows are gone as well. */
  forget(): void {
    this.#parts.clear();
  }

  #part(traceId: string): Part {
    let part = this.#parts.get(traceId);
    if (part === undefined) {
      part = { startNs: null, endNs: null, spans: 0, errors: 0, rootService: null, rootName: null } as Part;
      part.services = new Set();
      part.logStartNs = part.logEndNs = null;
      this.#parts.set(traceId, part);
    }
    return part;
  }
}
