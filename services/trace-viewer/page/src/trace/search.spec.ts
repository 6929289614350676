import { describe, expect, it } from '@jest/globals';
import { searchSpans } from './search.js';
import { log, span } from './test-spans.js';

const spans = [
  span('a', null, 0, 9, { name: 'GET /home', attributes: { 'http.response.status_code': 200 } }),
  span('b', 'a', 1, 3, {
    name: 'SELECT',
    events: [{ time_us: 1, name: 'exception', attributes: { message: 'Timeout' } }],
  }),
];
const found = (query: string) => [...searchSpans(spans, [log('a', 'loaded timeline'), log(null, 'elsewhere')], query)];

describe('search in a trace', () => {
  it.each([
    ['names, any case', 'select', ['b']],
    ['attributes by key and value', 'status_code=200', ['a']],
    ['events', 'timeout', ['b']],
    ['log lines of the span', 'timeline', ['a']],
    ['every word, wherever it stands', 'home loaded', ['a']],
    ['nothing for words that no single span has', 'home timeout', []],
    ['nothing for an empty query', '  ', []],
  ])('finds %s', (_, query, expected) => {
    expect(found(query)).toEqual(expected);
  });
});
