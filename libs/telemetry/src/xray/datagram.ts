import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { type SegmentDocument, toSegmentDocument } from './segment-document.js';

const HEADER = '{"format":"json","version":1}\n';
/** The daemon reads at most 64 kB; what UDP itself can carry is a little less. */
const MAX_BYTES = 63_000;
const SHORT_TEXT = 500;

/** Ever more is left out until the document fits, the least telling first. */
const TRIMS: ((document: SegmentDocument) => SegmentDocument)[] = [
  (document) => document,
  (document) => ({ ...document, metadata: shortened(document.metadata), trimmed: true }),
  (document) => ({ ...document, metadata: undefined, links: document.links?.slice(0, 10), trimmed: true }),
  ({ trace_id, id, parent_id, name, type, namespace, start_time, end_time, error, fault, throttle }) => ({
    ...{ trace_id, id, parent_id, name, type, namespace, start_time, end_time, error, fault, throttle },
    trimmed: true,
  }),
];

/** One span as the daemon takes it (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html). */
export function toDatagram(span: ReadableSpan): Buffer {
  const document = toSegmentDocument(span);
  let datagram: Buffer | undefined;
  for (const trim of TRIMS) {
    const { trimmed, ...fields } = trim(document);
    if (trimmed) fields.annotations = { ...fields.annotations, trimmed };
    datagram = Buffer.from(HEADER + JSON.stringify(fields));
    if (datagram.length <= MAX_BYTES) break;
  }
  return datagram!;
}

function shortened(metadata: SegmentDocument['metadata']): SegmentDocument['metadata'] {
  const cut = (value: unknown) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text.length > SHORT_TEXT ? `${text.slice(0, SHORT_TEXT)}...` : value;
  };
  return (
    metadata && {
      default: Object.fromEntries(Object.entries(metadata.default).map(([key, value]) => [key, cut(value)])),
    }
  );
}
