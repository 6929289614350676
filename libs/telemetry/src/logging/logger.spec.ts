import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type InMemoryTracing, startInMemoryTracing } from '../testing/index.js';
import { withSpan } from '../spans/with-span.js';
import { createLogger } from './logger.js';
import { redact } from './redact.js';

let tracing: InMemoryTracing;
beforeAll(() => {
  tracing = startInMemoryTracing();
});
afterAll(() => tracing.shutdown());

function logged(write: (logger: ReturnType<typeof createLogger>) => void, env: NodeJS.ProcessEnv = {}) {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  write(createLogger({ OTEL_SERVICE_NAME: 'gateway', ...env }, stream));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

class Login {
  readonly name = 'ada';
  readonly password = 'hunter2';
}

describe('the logger', () => {
  it('writes the ids of the active span once', () => {
    const [line] = logged((logger) => withSpan('work', () => logger.info('inside')));
    const { traceId, spanId } = tracing.spans()[0]!.spanContext();
    expect(line).toMatchObject({ trace_id: traceId, span_id: spanId, trace_flags: '01', service: 'gateway' });
  });

  it('writes no ids outside a trace', () => {
    expect(logged((logger) => logger.info('outside'))[0]).not.toHaveProperty('trace_id');
  });

  it('has a level in words and a time in RFC 3339 UTC', () => {
    const [line] = logged((logger) => logger.warn('hello'));
    expect(line).toMatchObject({ level: 'warn', msg: 'hello' });
    expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('says so when LOG_LEVEL is unknown, and goes on at info', () => {
    const lines = logged((logger) => logger.info('still here'), { LOG_LEVEL: 'loud' });
    expect(lines.map(({ msg }) => msg)).toEqual([expect.stringContaining('LOG_LEVEL "loud"'), 'still here']);
  });

  it.each<[string, object]>([
    ['a header', { headers: { authorization: 'hunter2' } }],
    ['a deep cookie', { a: { b: { c: [{ 'Set-Cookie': 'hunter2' }] } } }],
    ['a token of any kind', { refresh_token: 'hunter2', apiKey: 'hunter2' }],
    ['an error', { err: Object.assign(new Error('no'), { config: { password: 'hunter2' } }) }],
    ['an error that is no err', { reason: Object.assign(new Error('no'), { config: { password: 'hunter2' } }) }],
    ['an instance of a class', { login: new Login() }],
    ['a depth of many levels', JSON.parse(`${'{"a":'.repeat(20)}{"password":"hunter2"}${'}'.repeat(20)}`) as object],
    ['a text', { note: 'sent Bearer hunter2hunter2' }],
  ])('hides a credential in %s', (_where, fields) => {
    const text = JSON.stringify(logged((logger) => logger.info(fields, 'look')));
    expect(text).toContain('[redacted]');
    expect(text).not.toContain('hunter2');
  });

  it('hides a credential in the message', () => {
    expect(logged((logger) => logger.info('got Bearer hunter2hunter2'))[0]?.msg).toBe('got Bearer [redacted]');
    expect(logged((logger) => logger.info('Bearer hunter2hunter2 %s', 'x'))[0]?.msg).toBe('Bearer [redacted] x');
  });

  it('writes an err that is no error as it is', () => {
    const lines = logged((logger) => [undefined, 'nope', 42].forEach((err) => logger.error({ err }, 'failed')));
    expect(lines.map(({ err }) => err)).toEqual([undefined, 'nope', 42]);
  });
});

describe('redact', () => {
  it('leaves the original alone, and returns it when there is nothing to hide', () => {
    const clean = { a: [1, { b: 'c' }] };
    const secret = { password: 'hunter2' };
    expect(redact(clean)).toBe(clean);
    expect(redact(secret)).toEqual({ password: '[redacted]' });
    expect(secret.password).toBe('hunter2');
  });

  it('survives a value that refers to itself', () => {
    const self: Record<string, unknown> = {};
    self.self = self;
    expect(() => redact(self)).not.toThrow();
  });
});
