import { expect, it } from '@jest/globals';
import { ROOT_CONTEXT, createContextKey } from '@opentelemetry/api';
import { EMPTY_CONTEXT } from './linked-context.js';

const keys = Array.from({ length: 8 }, (_, i) => createContextKey(`linked-context.spec ${i}`));

it("holds what the API's own context holds, through any sequence of changes, each leaving the one before as it was", () => {
  let ours = EMPTY_CONTEXT;
  let theirs = ROOT_CONTEXT;
  const states = [{ ours, theirs }];
  for (let step = 0; step < 500; step++) {
    const key = keys[(step * 7 + (step >> 3)) % keys.length]!;
    const value = step % 5 === 4 ? undefined : step;
    ours = value === undefined ? ours.deleteValue(key) : ours.setValue(key, value);
    theirs = value === undefined ? theirs.deleteValue(key) : theirs.setValue(key, value);
    states.push({ ours, theirs });
  }
  for (const state of states) {
    expect(keys.map((key) => state.ours.getValue(key))).toEqual(keys.map((key) => state.theirs.getValue(key)));
  }
});

it('does not grow with what it no longer holds', () => {
  const [key = Symbol('none'), other = Symbol('none')] = keys;
  let context = EMPTY_CONTEXT;
  for (let step = 0; step < 10_000; step++) context = context.setValue(key, step).setValue(other, step);
  expect(JSON.stringify(context).length).toBeLessThan(5_000);
});
