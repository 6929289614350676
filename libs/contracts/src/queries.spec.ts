import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor } from './cursor.js';
import { isUuid, normalizeHandle } from './identifiers.js';
import { SearchQuerySchema, TimelineQuerySchema } from './queries.js';
import { errorCodesOf, parseInput } from './validation.js';

const position = { created_at: '2026-11-21T04:10:00.123Z', uuid: '5c1f0a52-9b7e-4d0e-8a36-1f2d3c4b5a61' };

function codesOf(schema: typeof TimelineQuerySchema | typeof SearchQuerySchema, query: unknown): string[] {
  return errorCodesOf(schema.safeParse(query).error?.issues ?? []);
}

describe('TimelineQuerySchema', () => {
  it('asks for the first 40 by default', () => {
    expect(parseInput(TimelineQuerySchema, {})).toEqual({ limit: 40 });
  });

  it('reads a limit and a cursor', () => {
    const cursor = encodeCursor(position);
    expect(parseInput(TimelineQuerySchema, { limit: '100', cursor })).toEqual({ limit: 100, cursor });
  });

  it.each(['0', '101', '-1', '1.5', '', ' 1', '1e2', 'all', ['1', '2']])('refuses limit %j', (limit) => {
    expect(codesOf(TimelineQuerySchema, { limit })).toEqual(['limit_invalid']);
  });

  it.each([
    '',
    'x',
    'AAAA',
    'é',
    `${encodeCursor(position)}=`,
    encodeCursor(position).slice(1),
    'A'.repeat(5000),
    ['a'],
  ])('refuses cursor %j', (cursor) => {
    expect(codesOf(TimelineQuerySchema, { cursor })).toEqual(['cursor_invalid']);
  });
});

describe('SearchQuerySchema', () => {
  it.each([
    [undefined, 'search_term_blank'],
    ['', 'search_term_blank'],
    ['   ', 'search_term_blank'],
    ['a\0', 'search_term_invalid'],
    [['a', 'b'], 'search_term_invalid'],
    ['a'.repeat(201), 'search_term_too_long'],
  ])('%j -> %s', (term, code) => {
    expect(codesOf(SearchQuerySchema, { term })).toEqual([code]);
  });
});

describe('a cursor', () => {
  it('brings its position back to the millisecond', () => {
    expect(decodeCursor(encodeCursor(position))).toEqual(position);
  });

  it('fits in a URL as it is', () => {
    const cursor = encodeCursor(position);
    expect(encodeURIComponent(cursor)).toBe(cursor);
  });
});

describe('identifiers', () => {
  it('knows a UUID of either case', () => {
    expect(isUuid(position.uuid.toUpperCase())).toBe(true);
    expect(isUuid(`${position.uuid}\n`)).toBe(false);
    expect(isUuid('home')).toBe(false);
  });

  it('keeps handles in lower case and knows what cannot be one', () => {
    expect(normalizeHandle('Ada_1')).toBe('ada_1');
    expect(normalizeHandle('a b')).toBeUndefined();
    expect(normalizeHandle('')).toBeUndefined();
    expect(normalizeHandle('a'.repeat(31))).toBeUndefined();
  });
});
