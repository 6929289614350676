import type { Attributes } from '@opentelemetry/api';
import type { Carrier } from './carrier.js';

type Class = abstract new (...args: never[]) => object;

/** What the instrumentation has to know of a transport. */
export interface TransportDescription {
  /** `messaging.system.name`: `kafka`, `rabbitmq`, `google_pubsub`. */
  system: string;
  carrier: Carrier;
  /** The class of the clients, a subclass of `ClientProxy`. */
  client?: Class;
  /** The class of the servers, a subclass of `Server`, or their `transportId`. */
  server?: Class | symbol | number;
  /** Attributes that are the same for every message of one client or server, such as `server.address`. */
  describe?: (instance: object) => Attributes;
  /** Attributes of one arrived message. It must not tell what the payload holds. */
  describeMessage?: (rpcContext: unknown) => Attributes;
  /** False where a client's settings leave no room for the carrier. */
  canCarry?: (client: object) => boolean;
  /** Called after every successful `connect()` of a client. */
  connected?: (client: object) => void;
}

/** Custom strategies, the last one registered first. */
export const registeredTransports: TransportDescription[] = [];

/**
 * Describes a custom transport strategy. Needed only when it does not use `packet.metadata` and
 * `getMetadata()` as Nest's TCP does, or to name its messaging system. The last registration wins.
 */
export function registerTransport(transport: TransportDescription): void {
  registeredTransports.unshift(transport);
}
