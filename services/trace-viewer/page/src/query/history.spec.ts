import { describe, expect, it } from '@jest/globals';
import { addToHistory, describeQuery } from './history.js';

describe('the history of queries', () => {
  it('keeps the same query once, latest first, whichever tab it was seen in', () => {
    const past = addToHistory(
      [
        { address: 'calc=COUNT', at: 1 },
        { address: 'by=name', at: 0 },
      ],
      { address: 'calc=COUNT&tab=rows', at: 2 },
    );
    expect(past.map(({ at }) => at)).toEqual([2, 0]);
  });

  it('describes a query in one line', () => {
    expect(describeQuery('calc=COUNT&calc=P95(duration_ms)&where=error+%3D+true&by=name')).toBe(
      'COUNT, P95(duration_ms) where error = true by name',
    );
    expect(describeQuery('range=1h')).toBe('');
  });
});
