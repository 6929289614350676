import { type Attributes, ROOT_CONTEXT, propagation } from '@opentelemetry/api';
import { ATTR_RPC_METHOD_ORIGINAL } from '../attributes.js';
import { type Packet, isRecord } from './carrier.js';
import { NO_HANDLER, failWith } from './failure.js';
import { fieldGetter } from './field-getter.js';
import { OTHER } from './pattern-names.js';
import { type RpcServer, startEvent, startRequest } from './server.instrumentation.js';
import type { TransportDescription } from './transport.js';

/** The pattern is the sender's: as much of it as helps to find the mistake. */
const MAX_PATTERN_LENGTH = 128;

/**
 * Nest runs no hook for a message that nobody handles. Where it is the packet that names the handler, the
 * deserialiser is the last to see both packet and carrier: a span without duration says that it came.
 */
export function reportUnknownPatterns(server: RpcServer, transport: TransportDescription, common: Attributes): void {
  const { deserializer } = server;
  const { extractFromPacket } = transport.carrier;
  if (!deserializer || !extractFromPacket) return;

  const check = (packet: unknown, options: unknown) => {
    if (!isRecord(packet) || packet.pattern === undefined) return;
    const { pattern } = packet;
    if (server.getHandlers().has(pattern)) return;
    const actual = server.getPatternAsString(pattern);
    if (server.getHandlerByPattern(actual)) return;
    const fields = extractFromPacket(packet as unknown as Packet, options);
    const parent = fields ? propagation.extract(ROOT_CONTEXT, fields, fieldGetter) : ROOT_CONTEXT;
    const shown = actual.slice(0, MAX_PATTERN_LENGTH);
    const span =
      packet.id === undefined
        ? startEvent(transport, { registered: OTHER, actual: shown }, common, parent)
        : startRequest(OTHER, { ...common, [ATTR_RPC_METHOD_ORIGINAL]: shown }, parent);
    failWith(span, NO_HANDLER, 'no handler for this pattern');
    span.end();
  };

  server.deserializer = {
    init: deserializer.init?.bind(deserializer),
    deserialize(value, options) {
      const packet = deserializer.deserialize(value, options);
      if (packet instanceof Promise) {
        return packet.then((settled: unknown) => {
          check(settled, options);
          return settled;
        });
      }
      check(packet, options);
      return packet;
    },
  };
}
