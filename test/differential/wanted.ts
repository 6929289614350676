import { type ShownSpan, sorted } from './shown-span.js';

/** A difference between the official instrumentation and ours that is meant to be. Its reason: docs/http-instrumentation.md. */
export interface Difference<Scenario> {
  name: string;
  /** Turns the official's spans into ours, in place. */
  change(spans: ShownSpan[], scenario: Scenario): void;
}

/** What ours must be, given the official's spans. @param shown gets the name of each difference that made a change */
export function applyDifferences<Scenario>(
  spans: readonly ShownSpan[],
  scenario: Scenario,
  differences: readonly Difference<Scenario>[],
  shown: Set<string>,
): ShownSpan[] {
  const list = structuredClone([...spans]);
  for (const { name, change } of differences) {
    const before = JSON.stringify(list);
    change(list, scenario);
    if (JSON.stringify(list) !== before) shown.add(name);
  }
  return sorted(list.map((span) => ({ ...span, attributes: Object.fromEntries(Object.entries(span.attributes).sort()) })));
}

/** A difference that concerns each span of a kind for itself. */
export function each<Scenario>(
  kind: 'SERVER' | 'CLIENT',
  change: (span: ShownSpan, scenario: Scenario) => void,
): Difference<Scenario>['change'] {
  return (spans, scenario) => spans.filter((span) => span.kind === kind).forEach((span) => change(span, scenario));
}
