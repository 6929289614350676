import { type Attributes, type Context, propagation } from '@opentelemetry/api';
import { allowedBaggageOnly } from '../baggage/allowed-baggage.js';
import { ATTR_RPC_METHOD_ORIGINAL } from '../attributes.js';
import { type Packet, isRecord } from './carrier.js';
import { NO_HANDLER, failWith } from './failure.js';
import { fieldGetter } from './field-getter.js';
import { OTHER } from './pattern-names.js';
import { type RpcServer, startEvent, startRequest } from './server.instrumentation.js';
import { EMPTY_CONTEXT } from '../tracer/linked-context.js';
import type { TransportDescription } from './transport.js';

/** The pattern is the sender's: as much of it as helps to find the mistake. */
const MAX_PATTERN_LENGTH = 128;

/**
 * The deserialiser of a server is where two things can be done that no hook allows: to keep the carrier of a
 * message whose packet the application's own deserialiser makes anew, and to see a message that nobody handles.
 */
export function wrapDeserializer(server: RpcServer, transport: TransportDescription, common: Attributes): void {
  const { deserializer } = server;
  const { recover, extractFromPacket } = transport.carrier;
  if (!deserializer || (!recover && !extractFromPacket)) return;

  const complete = (made: unknown, raw: unknown, options: unknown) => {
    const packet = recover ? recover(made, raw) : made;
    if (extractFromPacket && isRecord(packet) && packet.pattern !== undefined && !hasHandler(server, packet.pattern)) {
      const fields = extractFromPacket(packet as unknown as Packet, options);
      const parent = fields
        ? allowedBaggageOnly(propagation.extract(EMPTY_CONTEXT, fields, fieldGetter))
        : EMPTY_CONTEXT;
      reportUnhandled(server.getPatternAsString(packet.pattern), packet.id === undefined, transport, common, parent);
    }
    return packet;
  };

  server.deserializer = {
    init: deserializer.init?.bind(deserializer),
    deserialize(raw, options) {
      const made = deserializer.deserialize(raw, options);
      return made instanceof Promise
        ? made.then((settled: unknown) => complete(settled, raw, options))
        : complete(made, raw, options);
    },
  };
}

function hasHandler(server: RpcServer, pattern: unknown): boolean {
  return server.getHandlers().has(pattern) || server.getHandlerByPattern(server.getPatternAsString(pattern)) !== null;
}

/** Nest runs no hook for it: a span without duration says that it came. */
function reportUnhandled(
  pattern: string,
  isEvent: boolean,
  transport: TransportDescription,
  common: Attributes,
  parent: Context,
): void {
  const shown = pattern.slice(0, MAX_PATTERN_LENGTH);
  const span = isEvent
    ? startEvent(transport, { registered: OTHER, actual: shown }, common, parent)
    : startRequest(OTHER, { ...common, [ATTR_RPC_METHOD_ORIGINAL]: shown }, parent);
  failWith(span, NO_HANDLER, 'no handler for this pattern');
  span.end();
}
