import type { Attributes, Link, SpanKind, SpanOptions } from '@opentelemetry/api';

/** Makes the attributes when they are read for the first time: never, for a span that is not sampled. */
export class LazySpanOptions implements SpanOptions {
  private made: Attributes | undefined;

  constructor(
    readonly kind: SpanKind,
    private readonly make: () => Attributes,
    readonly links?: Link[],
  ) {}

  get attributes(): Attributes {
    return (this.made ??= this.make());
  }
}
