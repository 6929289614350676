import type { RmqContext } from '@nestjs/microservices';
import { type Carrier, isRecord } from '../carrier.js';

/** Message headers; those of an `RmqRecord` and of the client's options stay. */
export const rmqCarrier: Carrier = {
  attachSerialized(message, inject) {
    const fields = isRecord(message) ? inject() : undefined;
    if (!isRecord(message) || !fields) return message;
    const options = isRecord(message.options) ? message.options : {};
    const headers = isRecord(options.headers) ? options.headers : {};
    return { ...message, options: { ...options, headers: { ...headers, ...fields } } };
  },
  extract: (rpcContext) => headersOf((rpcContext as RmqContext).getMessage().properties),
  extractFromPacket: (_packet, properties) => headersOf(properties),
};

function headersOf(properties: unknown): Record<string, unknown> | undefined {
  return isRecord(properties) && isRecord(properties.headers) ? properties.headers : undefined;
}
