import type { InstrumentationScope } from '@opentelemetry/core';
import {
  type IExportTraceServiceResponse,
  type ISerializer,
  JsonTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import { type EncodedSpan, toResource } from './encode-span.js';

/** Of a chunk. */
interface Piece {
  chunk: Uint8Array;
  start: number;
  end: number;
}

/** An ExportTraceServiceRequest out of spans that are JSON already, by resource and scope. */
export const OtlpJsonSerializer: ISerializer<EncodedSpan[], IExportTraceServiceResponse> = {
  serializeRequest(spans) {
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
    return joined(pieces);
  },
  deserializeResponse: (data) => JsonTraceSerializer.deserializeResponse(data),
};

function text(json: string): Piece {
  const chunk = Buffer.from(json);
  return { chunk, start: 0, end: chunk.length };
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
    if (last?.chunk === chunk && last.end + 1 === start) last.end = end;
    else {
      if (last) pieces.push(COMMA);
      pieces.push((last = { chunk, start, end }));
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

function joined(pieces: Piece[]): Uint8Array {
  let length = 0;
  for (const { start, end } of pieces) length += end - start;
  const body = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const { chunk, start, end } of pieces) {
    body.set(chunk.subarray(start, end), at);
    at += end - start;
  }
  return body;
}
