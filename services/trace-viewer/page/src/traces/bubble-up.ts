import { type AttributeValue, type BubbleUpResult } from '../api/types.js';
import { formatValue } from '../format/number.js';

export interface RankedValue {
  readonly label: string;
  readonly value: AttributeValue;
  /** Shares of all traces inside the selection, and outside, that have this value: 0 to 1. */
  readonly selected: number;
  readonly rest: number;
}

export interface RankedColumn {
  readonly column: string;
  /** 0 (no difference) to 1 (everything inside differs from everything outside). */
  readonly score: number;
  readonly values: readonly RankedValue[];
}

/**
 * Columns by how much the selection differs from the rest: the largest difference of a value's share.
 * Shares are of all traces on that side, so that an attribute that only one side has counts as a difference, and small
 * selections are pulled towards zero, where a difference of one trace means nothing.
 */
export function rankColumns(result: BubbleUpResult, values = 5): RankedColumn[] {
  const { selection_count: inside, baseline_count: outside } = result;
  const confidence = inside / (inside + 3);
  return result.columns
    .map(({ column, selection, baseline }) => {
      const all = shares(selection, inside, baseline, outside);
      const largest = Math.max(0, ...all.map(difference));
      return { column, score: largest * confidence, values: top(all, values) };
    })
    .filter(({ score }) => score > 0.02)
    .sort((a, b) => b.score - a.score || (a.column < b.column ? -1 : 1));
}

type Tally = BubbleUpResult['columns'][number]['selection'];

function shares(selection: Tally, inside: number, baseline: Tally, outside: number): RankedValue[] {
  const byKey = new Map<string, { value: AttributeValue; in: number; out: number }>();
  for (const { value, count } of selection) byKey.set(JSON.stringify(value), { value, in: count, out: 0 });
  for (const { value, count } of baseline) {
    const key = JSON.stringify(value);
    const known = byKey.get(key);
    if (known) known.out = count;
    else byKey.set(key, { value, in: 0, out: count });
  }
  return [...byKey.values()].map((entry) => ({
    label: formatValue(entry.value),
    value: entry.value,
    selected: inside ? Math.min(1, entry.in / inside) : 0,
    rest: outside ? Math.min(1, entry.out / outside) : 0,
  }));
}

const top = (values: RankedValue[], count: number): RankedValue[] =>
  [...values].sort((a, b) => difference(b) - difference(a) || b.selected - a.selected).slice(0, count);

const difference = ({ selected, rest }: RankedValue): number => Math.abs(selected - rest);
