/** What a propagator writes: `traceparent`, `tracestate`, `baggage`. */
export type Fields = Record<string, string>;

/** What a Nest client sends, as `ClientProxy.createPacket` makes it. */
export interface Packet {
  pattern: unknown;
  data: unknown;
  metadata?: Record<string, unknown>;
}

/**
 * Where a transport carries the trace context beside the payload. Every method leaves what it is given as it
 * was: records, headers and options belong to the caller.
 */
export interface Carrier {
  /** Adds the fields before the client's serialiser runs, for transports whose envelope has room for them. */
  attach?: (packet: Packet, fields: Fields) => Packet;
  /** Takes out again what `attach` put in, where a serialiser must not see it. */
  detach?: (packet: Packet) => Packet;
  /**
   * Adds the fields to what the client's serialiser made, for transports that have headers.
   *
   * @param inject gives the fields, undefined when there is nothing to carry; not called when not needed
   */
  attachSerialized?: (message: unknown, inject: () => Fields | undefined) => unknown;
  /** Reads the fields of an arrived message from the context object that handlers get with `@Ctx()`. */
  extract: (rpcContext: unknown) => Record<string, unknown> | undefined;
  /**
   * Gives back what the application's deserialiser left out of the packet, for transports whose envelope holds
   * the fields.
   *
   * @param packet what the deserialiser made of `raw`
   */
  recover?: (packet: unknown, raw: unknown) => unknown;
  /**
   * Reads the fields of a message for which there is no handler, hence no context object. For transports that
   * route by the packet.
   *
   * @param packet what the server's deserialiser made
   * @param options what the server gave to its deserialiser beside the raw message
   */
  extractFromPacket?: (packet: Packet, options: unknown) => Record<string, unknown> | undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}
