import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Encoding } from '../../store/engine.js';
import type { Rejected } from './check.js';

export const CONTENT_TYPE: Record<Encoding, string> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

/** The name of ExportXPartialSuccess's count in JSON; in protobuf the three messages are alike. */
export type RejectedField = 'rejectedSpans' | 'rejectedLogRecords' | 'rejectedDataPoints';

/** Export*ServiceResponse: empty when all was taken. */
export function exportResponse(encoding: Encoding, field: RejectedField, { count, reason }: Rejected): Buffer {
  if (encoding === 'json') {
    const partialSuccess = { [field]: String(count), errorMessage: reason };
    return Buffer.from(JSON.stringify(count === 0 ? {} : { partialSuccess }));
  }
  if (count === 0) return Buffer.alloc(0);
  const response = new BinaryWriter().tag(1, 2).fork();
  response.tag(1, 0).int64(count).tag(2, 2).string(reason);
  return Buffer.from(response.join().finish());
}

/** google.rpc.Status, the body of every refusal. `code` is a gRPC status code. */
export function errorStatus(encoding: Encoding, code: number, message: string): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }));
  return Buffer.from(new BinaryWriter().tag(1, 0).int32(code).tag(2, 2).string(message).finish());
}
