import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';

/** A context that has grown longer than this is packed: what it holds twice is held once. */
const PACK_AT = 16;

/**
 * A context that knows only what it adds to another. The API's own copies a map and makes three functions for every
 * value that is set, which happens several times in a request; this is one small object.
 */
class LinkedContext implements Context {
  readonly length: number;

  constructor(
    readonly rest: Context,
    readonly key: symbol,
    readonly value: unknown,
  ) {
    this.length = rest instanceof LinkedContext ? rest.length + 1 : 1;
  }

  getValue(key: symbol): unknown {
    return valueIn(this, key);
  }

  setValue(key: symbol, value: unknown): Context {
    if (this.key === key) return new LinkedContext(this.rest, key, value);
    return new LinkedContext(this.length >= PACK_AT ? packed(this) : this, key, value);
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined);
  }
}

function valueIn(context: Context, key: symbol): unknown {
  let at = context;
  while (at instanceof LinkedContext) {
    if (at.key === key) return at.value;
    at = at.rest;
  }
  return at.getValue(key);
}

function packed(context: Context): Context {
  const newest = new Map<symbol, unknown>();
  let at = context;
  while (at instanceof LinkedContext) {
    if (!newest.has(at.key)) newest.set(at.key, at.value);
    at = at.rest;
  }
  for (const [key, value] of newest) at = new LinkedContext(at, key, value);
  return at;
}

/** An empty context, like the API's ROOT_CONTEXT, whose descendants are cheap. */
export const EMPTY_CONTEXT: Context = new LinkedContext(ROOT_CONTEXT, Symbol('empty'), undefined);
