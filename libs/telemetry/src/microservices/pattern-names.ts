import type { RpcServer } from './server.instrumentation.js';

export type Handler = object;

/** Methods of Nest's context objects that tell where a message arrived, by transport. */
interface Addressed {
  getPattern?: () => unknown;
  getChannel?: () => unknown;
  getSubject?: () => unknown;
  getTopic?: () => unknown;
}

/** What a message is named after when no handler is known for it, as the conventions for `rpc.method` have it. */
export const OTHER = '_OTHER';

/**
 * Knows under which pattern the handler of the current message was registered. Names must be made of that, not
 * of what arrived: a wildcard's topics are without number.
 */
export class PatternNames {
  private found: Handler | null = null;
  private readonly names = new WeakMap<Handler, string>();

  constructor(private readonly server: RpcServer) {
    const lookUp = server.getHandlerByPattern;
    // Nest looks the handler up and runs the start hook in one go, without waiting for anything in between:
    // what was found last is the handler of the message whose hook runs.
    server.getHandlerByPattern = (pattern) => (this.found = lookUp.call(server, pattern));
  }

  current(rpcContext: object): { registered: string; actual: string } {
    const handler = this.found;
    this.found = null;
    const registered = (handler && this.nameOf(handler)) ?? OTHER;
    return { registered, actual: addressOf(rpcContext) ?? registered };
  }

  private nameOf(handler: Handler): string | undefined {
    const known = this.names.get(handler);
    if (known !== undefined) return known;
    for (const [pattern, registered] of this.server.getHandlers()) {
      // Members of an MQTT shared subscription subscribe to `$share/group/topic`.
      this.names.set(registered, String(pattern).replace(/^\$share\/[^/]+\//, ''));
    }
    return this.names.get(handler);
  }
}

function addressOf(rpcContext: Addressed): string | undefined {
  const address =
    rpcContext.getChannel?.() ?? rpcContext.getSubject?.() ?? rpcContext.getTopic?.() ?? rpcContext.getPattern?.();
  return typeof address === 'string' ? address : undefined;
}
