import { describe, expect, it } from '@jest/globals';
import { Asking } from './asking.js';

describe('what is asked', () => {
  const told: string[] = [];
  const ask = (asking: Asking) => {
    let signal!: AbortSignal;
    let resolve!: (answer: string) => void;
    let reject!: (reason: Error) => void;
    const done = asking.load<string>(
      (its) => {
        signal = its;
        return new Promise((...settle) => ([resolve, reject] = settle));
      },
      (answer) => told.push(answer),
      ({ message }) => told.push(`failed: ${message}`),
    );
    return { resolve, reject, done, signal };
  };

  it('is answered, or fails', async () => {
    told.length = 0;
    const asking = new Asking();
    const [first, second] = [ask(asking), ask(asking)];
    first.resolve('page');
    second.reject(new Error('gone'));
    await Promise.all([first.done, second.done]);
    expect(told).toEqual(['page', 'failed: gone']);
  });

  it('is aborted once something else is asked, and an answer that comes all the same is dropped', async () => {
    told.length = 0;
    const asking = new Asking();
    const [late, failing] = [ask(asking), ask(asking)];
    asking.giveUp();
    const now = ask(asking);
    expect([late, failing, now].map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
    now.resolve('of these filters');
    late.resolve('of those before');
    failing.reject(new Error('aborted'));
    await Promise.all([late.done, failing.done, now.done]);
    expect(told).toEqual(['of these filters']);
  });
});
