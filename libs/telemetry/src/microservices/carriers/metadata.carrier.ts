import { type Carrier, isRecord } from '../carrier.js';

/**
 * Nest's own place: `packet.metadata` out, `getMetadata()` of the context in. TCP and Redis, and custom
 * strategies that send the packet as it is.
 */
export const metadataCarrier: Carrier = {
  attach: (packet, fields) => ({ ...packet, metadata: { ...packet.metadata, ...fields } }),
  // A serialiser of the application's may have built its envelope from pattern and data alone.
  attachSerialized(message, inject) {
    if (!isRecord(message) || !('pattern' in message) || message.metadata !== undefined) return message;
    const fields = inject();
    return fields ? { ...message, metadata: fields } : message;
  },
  extract(rpcContext) {
    const { getMetadata } = rpcContext as { getMetadata?: () => unknown };
    const metadata = typeof getMetadata === 'function' ? getMetadata.call(rpcContext) : undefined;
    return isRecord(metadata) ? metadata : undefined;
  },
  recover(packet, raw) {
    if (!isRecord(packet) || packet.metadata !== undefined) return packet;
    return isRecord(raw) && isRecord(raw.metadata) ? { ...packet, metadata: raw.metadata } : packet;
  },
  extractFromPacket: ({ metadata }) => (isRecord(metadata) ? metadata : undefined),
};
