import { context } from '@opentelemetry/api';
import {
  InstrumentationBase,
  type InstrumentationModuleDefinition,
  InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation';
import { VERSION } from '../version.js';

type Connect = (this: unknown, callback?: (...args: unknown[]) => void) => unknown;
type PoolModule = { prototype: { connect: Connect } };
const ORIGINAL = Symbol('cruddur.telemetry.original-connect');
type Bound = Connect & { [ORIGINAL]?: Connect };

/**
 * Keeps a query in the context of whoever asked for it. When all connections of a pool are busy, the query
 * waits, and is sent from the callback of whichever request gives a connection back: its span would become
 * part of that request's trace. instrumentation-pg binds the callback only when it makes connect spans.
 */
export class PgPoolInstrumentation extends InstrumentationBase {
  constructor() {
    super('@cruddur/telemetry/pg-pool', VERSION, {});
  }

  protected override init(): InstrumentationModuleDefinition {
    return new InstrumentationNodeModuleDefinition(
      'pg-pool',
      ['>=2.0.0 <4'],
      (pool: PoolModule) => {
        // Not with the base class's wrapper: instrumentation-pg would take it for its own, and remove it.
        pool.prototype.connect = bindCallback(pool.prototype.connect);
        return pool;
      },
      ({ prototype }: PoolModule) => {
        prototype.connect = (prototype.connect as Bound)[ORIGINAL] ?? prototype.connect;
      },
    );
  }
}

function bindCallback(connect: Connect): Connect {
  const bound: Bound = function (callback) {
    if (!callback) return connect.call(this);
    const active = context.active();
    // Not context.bind(): it takes three times as long, to keep a length that nobody asks for.
    return connect.call(this, (...args) => context.with(active, callback, undefined, ...args));
  };
  bound[ORIGINAL] = connect;
  return bound;
}
