import { withSpan } from './with-span.js';

type Method = (...args: unknown[]) => unknown;

/**
 * Method decorator: the method runs in a span, with the semantics of {@link withSpan}.
 *
 * @param name the span's name; `Class.method` when left out
 */
export function Span(name?: string): MethodDecorator {
  return (target, key, descriptor) => {
    const original = descriptor.value as Method;
    const spanName = name ?? `${target.constructor.name}.${String(key)}`;
    const traced: Method = function (this: unknown, ...args) {
      return withSpan(spanName, () => original.apply(this, args));
    };
    // Nest reads routes, guards and parameter types from the function: the wrapper must look like it.
    for (const metadataKey of Reflect.getMetadataKeys(original) as unknown[]) {
      Reflect.defineMetadata(metadataKey, Reflect.getMetadata(metadataKey, original), traced);
    }
    Object.defineProperty(traced, 'name', { value: original.name });
    Object.defineProperty(traced, 'length', { value: original.length });
    (descriptor as PropertyDescriptor).value = traced;
  };
}
