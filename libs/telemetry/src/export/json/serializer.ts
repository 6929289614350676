import type { InstrumentationScope } from '@opentelemetry/core';
import {
  type IExportTraceServiceResponse,
  type ISerializer,
  JsonTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import { type EncodedSpan, toResource } from './encode-span.js';

interface Piece {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** Requests get whole blocks, so that one of nearly the same length fits in too. */
const BLOCK_BYTES = 64 * 1024;

/** An ExportTraceServiceRequest out of spans that are JSON already, by resource and scope. For one exporter. */
export class OtlpJsonSerializer implements ISerializer<EncodedSpan[], IExportTraceServiceResponse> {
  /** What the last request was written into. */
  private last: Uint8Array | undefined;
  private spare: Uint8Array | undefined;

  serializeRequest(spans: EncodedSpan[]): Uint8Array {
    const pieces: Piece[] = [text('{"resourceSpans":[')];
    list(pieces, byResourceAndScope(spans), ([resource, scopes]) => {
      const { schemaUrl } = resource;
      pieces.push(text(`${JSON.stringify({ resource: toResource(resource), schemaUrl }).slice(0, -1)},"scopeSpans":[`));
      list(pieces, scopes, ([{ name, version, schemaUrl }, ofScope]) => {
        pieces.push(text(`${JSON.stringify({ scope: { name, version }, schemaUrl }).slice(0, -1)},"spans":[`));
        addSpans(pieces, ofScope);
        pieces.push(END);
      });
      pieces.push(END);
    });
    pieces.push(END);
    return this.join(pieces);
  }

  deserializeResponse(data: Uint8Array): IExportTraceServiceResponse {
    return JsonTraceSerializer.deserializeResponse(data);
  }

  /** Says that the last request has been answered: the next one may be written over it. */
  delivered(): void {
    this.spare = this.last;
  }

  private join(pieces: Piece[]): Uint8Array {
    let length = 0;
    for (const { start, end } of pieces) length += end - start;
    const fits = this.spare && this.spare.length >= length;
    const body = fits ? this.spare! : Buffer.allocUnsafeSlow(Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES);
    this.last = body;
    this.spare = undefined;
    let at = 0;
    for (const { bytes, start, end } of pieces) {
      body.set(bytes.subarray(start, end), at);
      at += end - start;
    }
    return body.subarray(0, length);
  }
}

function text(json: string): Piece {
  const bytes = Buffer.from(json);
  return { bytes, start: 0, end: bytes.length };
}

const COMMA = text(',');
const END = text(']}');

function list<T>(pieces: Piece[], items: Iterable<T>, add: (item: T) => void): void {
  let isFirst = true;
  for (const item of items) {
    if (!isFirst) pieces.push(COMMA);
    isFirst = false;
    add(item);
  }
}

/** Spans that were written one after the other, with a comma between, are one piece. */
function addSpans(pieces: Piece[], spans: EncodedSpan[]): void {
  let last: Piece | undefined;
  for (const { chunk, start, end } of spans) {
    const { bytes } = chunk;
    if (last?.bytes === bytes && last.end + 1 === start) last.end = end;
    else {
      if (last) pieces.push(COMMA);
      pieces.push((last = { bytes, start, end }));
    }
  }
}

function byResourceAndScope(spans: EncodedSpan[]): Map<Resource, Map<InstrumentationScope, EncodedSpan[]>> {
  const groups = new Map<Resource, Map<InstrumentationScope, EncodedSpan[]>>();
  for (const span of spans) {
    let scopes = groups.get(span.resource);
    if (!scopes) groups.set(span.resource, (scopes = new Map<InstrumentationScope, EncodedSpan[]>()));
    const ofScope = scopes.get(span.scope);
    if (ofScope) ofScope.push(span);
    else scopes.set(span.scope, [span]);
  }
  return groups;
}
