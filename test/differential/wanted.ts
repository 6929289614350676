import { type ShownSpan, sorted } from './shown-span.js';

/** What comes out of a scenario. */
export interface Outcome {
  spans: ShownSpan[];
  /** What the other side has got: the answers of a server, the headers of a client that carry a trace. */
  wire: string[];
}

/** A difference between the official instrumentation and ours that is meant to be. Its reason: docs/http-instrumentation.md. */
export interface Difference<Scenario> {
  name: string;
  /** Turns the official's outcome into ours, in place. */
  change(outcome: Outcome, scenario: Scenario): void;
}

/** What ours must be, given the official's. @param shown gets the name of each difference that made a change */
export function applyDifferences<Scenario>(
  official: Outcome,
  scenario: Scenario,
  differences: readonly Difference<Scenario>[],
  shown: Set<string>,
): Outcome {
  const outcome = structuredClone(official);
  for (const { name, change } of differences) {
    const before = JSON.stringify(outcome);
    change(outcome, scenario);
    if (JSON.stringify(outcome) !== before) shown.add(name);
  }
  const inOrder = outcome.spans.map((span) => ({ ...span, attributes: sortKeys(span.attributes) }));
  return { spans: sorted(inOrder), wire: sorted(outcome.wire) };
}

const sortKeys = (attributes: object) => Object.fromEntries(Object.entries(attributes).sort());

/** A difference that concerns each span of a kind for itself. */
export function each<Scenario>(
  kind: 'SERVER' | 'CLIENT',
  change: (span: ShownSpan, scenario: Scenario) => void,
): Difference<Scenario>['change'] {
  return ({ spans }, scenario) => spans.filter((span) => span.kind === kind).forEach((span) => change(span, scenario));
}

export function makeSpan(span: Pick<ShownSpan, 'name' | 'kind' | 'under' | 'attributes'>): ShownSpan {
  const { name, kind, under, attributes } = span;
  return { name, kind, status: 'UNSET', under, attributes, events: [], links: 0 };
}
