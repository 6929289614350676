import { createRequire } from 'node:module';
import type { NatsContext } from '@nestjs/microservices';
import { propagation } from '@opentelemetry/api';
import { type Carrier, isRecord } from '../carrier.js';

interface NatsHeaders extends Iterable<[string, string[]]> {
  get(key: string): string;
  append(key: string, value: string): void;
  set(key: string, value: string): void;
}
type NatsPackage = { headers(): NatsHeaders };

let nats: NatsPackage | undefined;
// The package of the application's choice, there by the time a NATS client sends: never a dependency of ours.
const createHeaders = () =>
  (nats ??= createRequire(import.meta.url)('@nats-io/transport-node') as NatsPackage).headers();

/** Message headers; those of a `NatsRecord` and of the client's options stay. */
export const natsCarrier: Carrier = {
  attachSerialized(message, inject) {
    const fields = isRecord(message) ? inject() : undefined;
    if (!isRecord(message) || !fields) return message;
    const headers = createHeaders();
    for (const [key, values] of (message.headers as NatsHeaders | undefined) ?? []) {
      for (const value of values) headers.append(key, value);
    }
    for (const [key, value] of Object.entries(fields)) headers.set(key, value);
    return { ...message, headers };
  },
  extract(rpcContext) {
    const headers = (rpcContext as NatsContext).getHeaders() as NatsHeaders | undefined;
    return headers && Object.fromEntries(propagation.fields().map((field) => [field, headers.get(field)]));
  },
};
