import { type CallHandler, type ExecutionContext } from '@nestjs/common';
import { RmqContext, TcpContext } from '@nestjs/microservices';
import { describe, expect, it } from '@jest/globals';
import { lastValueFrom, of, throwError, defer } from 'rxjs';
import { AcknowledgeInterceptor } from './acknowledge.interceptor.js';
import { EventRejectedError, EventUnacceptedError } from './errors.js';

const MESSAGE = { properties: {} };

/** A handler under the interceptor, with a channel that notes what it is told. */
function deliver(handle: CallHandler['handle'], rpc?: unknown) {
  const told: unknown[] = [];
  const channel = {
    ack: (message: unknown) => told.push(['ack', message === MESSAGE]),
    nack: (message: unknown, _all: boolean, requeue: boolean) => told.push(['nack', message === MESSAGE, requeue]),
  };
  const context = rpc ?? new RmqContext([MESSAGE, channel, 'created'] as never);
  const execution = { switchToRpc: () => ({ getContext: () => context }) } as unknown as ExecutionContext;
  const answer = new AcknowledgeInterceptor().intercept(execution, { handle });
  return { told, done: lastValueFrom(answer, { defaultValue: undefined }) };
}

describe('AcknowledgeInterceptor', () => {
  it('acknowledges what was processed, once', async () => {
    const { told, done } = deliver(() => of(1, 2));
    await done;
    expect(told).toEqual([['ack', true]]);
  });

  it('makes a dead letter of what is rejected', async () => {
    const { told, done } = deliver(() => throwError(() => new EventRejectedError('no event')));
    await expect(done).rejects.toBeInstanceOf(EventRejectedError);
    expect(told).toEqual([['nack', true, false]]);
  });

  it('gives back what failed, after a while, and passes the error on', async () => {
    const { told, done } = deliver(() => throwError(() => new Error('boom')));
    await expect(done).rejects.toThrow('boom');
    expect(told).toEqual([]);
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toEqual([['nack', true, true]]);
  });

  it('keeps the message, and counts no delivery, while the receiver itself cannot work', async () => {
    let attempts = 0;
    const { told, done } = deliver(() =>
      defer(() => (++attempts < 3 ? throwError(() => new EventUnacceptedError('database away')) : of('done'))),
    );
    await done;
    expect([attempts, told]).toEqual([3, [['ack', true]]]);
  });

  it('leaves TCP to its reply', async () => {
    const { told, done } = deliver(() => of('reply'), new TcpContext([{}, 'created', {}] as never));
    expect(await done).toBe('reply');
    expect(told).toEqual([]);
  });
});
