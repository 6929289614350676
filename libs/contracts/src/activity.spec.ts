import { describe, expect, it } from '@jest/globals';
import { CreateActivityRequestSchema, CreateReplyRequestSchema, TTL_SECONDS } from './activity.js';
import { InvalidInputError } from './problem.js';
import { parseInput } from './validation.js';

function codesOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof InvalidInputError) return error.errors;
    throw error;
  }
  return [];
}
const create = (body: unknown) => codesOf(() => parseInput(CreateActivityRequestSchema, body));
const reply = (body: unknown) => codesOf(() => parseInput(CreateReplyRequestSchema, body));

const ASTRONAUT = '👩‍🚀';

describe('CreateActivityRequestSchema', () => {
  it('lives seven days unless told otherwise', () => {
    expect(parseInput(CreateActivityRequestSchema, { message: 'hello' })).toEqual({ message: 'hello', ttl: '7-days' });
    expect(TTL_SECONDS['7-days']).toBe(604_800);
  });

  it.each([
    [{}, ['message_blank']],
    [{ message: null }, ['message_blank']],
    [{ message: '' }, ['message_blank']],
    [{ message: ' \n\t\u00a0\u200b\u200d' }, ['message_blank']],
    [{ message: 7 }, ['message_invalid']],
    [{ message: 'a\0b' }, ['message_invalid']],
    [{ message: 'a\ud83d' }, ['message_invalid']],
    [{ message: 'a'.repeat(281) }, ['message_too_long']],
    [{ message: 'a', ttl: '2-days' }, ['ttl_unknown']],
    [{ message: 'a', ttl: null }, ['ttl_unknown']],
    [{ message: 'a', ttl: 'toString' }, ['ttl_unknown']],
    [{ message: '', ttl: 5 }, ['message_blank', 'ttl_unknown']],
    ['text', ['body_invalid']],
    [null, ['body_invalid']],
    [undefined, ['body_invalid']],
    [[], ['body_invalid']],
  ])('%j -> %j', (body, codes) => {
    expect(create(body)).toEqual(codes);
  });

  it('counts code points, not UTF-16 units', () => {
    expect(create({ message: '🚀'.repeat(280) })).toEqual([]);
    expect(create({ message: '🚀'.repeat(281) })).toEqual(['message_too_long']);
    expect(create({ message: ASTRONAUT.repeat(93) })).toEqual([]);
    expect(create({ message: ASTRONAUT.repeat(94) })).toEqual(['message_too_long']);
  });

  it('keeps the message as it was written', () => {
    const message = '  two  spaces, and a ZWJ family 👨‍👩‍👧  ';
    expect(parseInput(CreateActivityRequestSchema, { message })).toMatchObject({ message });
  });
});

describe('CreateReplyRequestSchema', () => {
  it('allows 1024 code points', () => {
    expect(reply({ message: '🚀'.repeat(1024) })).toEqual([]);
    expect(reply({ message: '🚀'.repeat(1025) })).toEqual(['message_too_long']);
  });
});
