import { describe, expect, it } from '@jest/globals';
import { decodeQuery, queryHref, type QueryState } from './query-url.js';

const back = (state: QueryState) => decodeQuery(new URL(queryHref(state), 'http://localhost').searchParams);

describe('the query in the address', () => {
  it('is read back as it was written', () => {
    const state: QueryState = {
      dataset: 'logs',
      spec: {
        calculations: [
          { op: 'COUNT' },
          { op: 'P95', column: 'duration_ms' },
          { op: 'COUNT_DISTINCT', column: 'odd (name) & more' },
        ],
        filters: [
          { column: 'http.route', op: '=', value: '/api/activities/@:handle' },
          { column: 'user.id', op: 'exists' },
        ],
        filter_combination: 'OR',
        breakdowns: ['service.name', 'name'],
        orders: [
          { op: 'P95', column: 'duration_ms', order: 'descending' },
          { column: 'name', order: 'ascending' },
        ],
        havings: [{ calculate_op: 'COUNT', op: '>=', value: 10 }],
        limit: 20,
      },
    };
    expect(back(state)).toEqual(state);
  });

  it('stays readable', () => {
    const href = queryHref({
      dataset: 'spans',
      spec: { calculations: [{ op: 'COUNT' }], breakdowns: ['service.name'] },
    });
    expect(href).toBe('/query?calc=COUNT&by=service.name');
  });

  it('leaves out what it cannot read', () => {
    const params = new URLSearchParams(
      'calc=NOPE(x)&calc=COUNT(x)&calc=P95&where=nonsense&having=COUNT+%3E+many&limit=0&by=',
    );
    expect(decodeQuery(params)).toEqual({
      dataset: 'spans',
      spec: { calculations: [], filters: [], breakdowns: [], orders: [], havings: [] },
    });
  });
});
