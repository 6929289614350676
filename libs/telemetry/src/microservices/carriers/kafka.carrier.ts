import type { KafkaContext } from '@nestjs/microservices';
import { type Carrier, isRecord } from '../carrier.js';

/** Record headers; those that the caller or the serialiser set stay. */
export const kafkaCarrier: Carrier = {
  attachSerialized(message, inject) {
    const fields = isRecord(message) ? inject() : undefined;
    if (!isRecord(message) || !fields) return message;
    return { ...message, headers: { ...(isRecord(message.headers) ? message.headers : {}), ...fields } };
  },
  extract: (rpcContext) => (rpcContext as KafkaContext).getMessage().headers,
};
