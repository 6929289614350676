import { describe, expect, it } from '@jest/globals';
import { reasonOf, refusalOf } from './errors.js';

describe('what a client rejects with', () => {
  it.each([
    ['rejected', { status: 'rejected', message: 'not a valid event: data.uuid' }, 'not a valid event: data.uuid'],
    ['unreachable', { status: 'unavailable', message: 'not now' }, 'not now'],
    ['failed', { status: 'error', message: 'Internal server error' }, 'Internal server error'],
    ['failed', 'There is no matching message handler defined in the remote service.', /no matching message handler/],
    ['unreachable', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'connect ECONNREFUSED'],
    ['unreachable', { err: new Error('broker away'), url: 'amqp://ada:hunter2@mq' }, 'broker away'],
    ['unreachable', 'Error: Connection lost. Trying to reconnect...', /Connection lost/],
    ['unreachable', undefined, 'no reason given'],
  ])('means %s: %j', (refusal, error, reason) => {
    expect(refusalOf(error)).toBe(refusal);
    expect(reasonOf(error)).toEqual(reason instanceof RegExp ? expect.stringMatching(reason) : reason);
  });
});
