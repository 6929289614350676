import { context, trace } from '@opentelemetry/api';
import { withOutboundCall } from '@cruddur/telemetry';
import {
  bulkhead,
  BulkheadRejectedError,
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  CountBreaker,
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
} from 'cockatiel';
import type { z } from 'zod';
import { type Attempt, attempt } from './attempt.js';
import { UpstreamError, UpstreamUnavailableError } from './errors.js';
import { expandPath, type UpstreamOperation } from './operation.js';
import { DEFAULTS, type UpstreamOptions } from './options.js';
import { RetryBudget } from './retry-budget.js';

export interface UpstreamCall {
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: unknown;
  /** Sent on as Idempotency-Key; makes any operation repeatable. */
  idempotencyKey?: string | undefined;
}

/**
 * Calls to one neighbour: bulkhead around retry around circuit breaker around a timed attempt. Every attempt is a
 * client span of its own, numbered; a call that was held back leaves an event on the active span instead.
 */
export class Upstream {
  private readonly options: Required<UpstreamOptions>;
  private readonly budget: RetryBudget;
  private readonly bulkhead;
  private readonly retry;
  private readonly breaker;
  private openedAt = 0;

  constructor(options: UpstreamOptions) {
    const all = { ...DEFAULTS, ...options };
    this.options = all;
    this.budget = new RetryBudget(all.retriesPerCall);
    this.bulkhead = bulkhead(all.maxConcurrent, all.maxQueued);
    this.retry = retry(
      handleWhen((error) => this.mayRetry(error)),
      { maxAttempts: all.retries, backoff: new DelegateBackoff((context) => this.beginRetry(context)) },
    );
    this.breaker = circuitBreaker(
      handleWhen((error) => error instanceof UpstreamError),
      {
        halfOpenAfter: all.breakerOpenMs,
        breaker: new CountBreaker({
          threshold: all.breakerThreshold,
          size: all.breakerWindow,
          minimumNumberOfCalls: all.breakerMinimum,
        }),
      },
    );
    this.breaker.onBreak(() => (this.openedAt = Date.now()));
  }

  /** @throws ProblemError: 404, 409 and 422 of the neighbour with their codes, else 502, 503 (Retry-After) or 504 */
  async call<O extends UpstreamOperation>(operation: O, call: UpstreamCall = {}): Promise<z.output<O['response']>> {
    const request = this.toAttempt(operation, call);
    const repeatable = operation.idempotent || call.idempotencyKey !== undefined;
    const send = (resendCount: number) =>
      this.breaker.execute(() =>
        withOutboundCall({ urlTemplate: operation.path, resendCount, neighbour: true }, () => attempt(request)),
      );
    this.budget.deposit();
    // A call that has to queue is started by the call that makes room for it, in that one's context.
    const caller = context.active();
    const run = () => (repeatable ? this.retry.execute(({ attempt: resendCount }) => send(resendCount)) : send(0));
    try {
      const enter = () => (context.active() === caller ? run() : context.with(caller, run));
      return (await this.bulkhead.execute(enter)) as z.output<O['response']>;
    } catch (error) {
      throw this.explain(error);
    }
  }

  private toAttempt({ method, path, response }: UpstreamOperation, call: UpstreamCall): Attempt {
    const { origin, timeoutMs } = this.options;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (call.idempotencyKey !== undefined) headers['idempotency-key'] = call.idempotencyKey;
    if (call.body !== undefined) headers['content-type'] = 'application/json';
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    return { origin, path: expandPath(path, call.params, call.query), method, headers, body, timeoutMs, response };
  }

  private mayRetry(error: unknown): boolean {
    if (!(error instanceof UpstreamError) || !error.retryable || !this.budget.allowsRetry) return false;
    return (error.retryAfterSeconds ?? 0) * 1_000 <= this.options.maxRetryDelayMs;
  }

  /** Full jitter, so that callers that failed together do not come back together. */
  private beginRetry({ attempt, result }: IRetryBackoffContext<unknown>): number {
    this.budget.withdraw();
    const { retryDelayMs, maxRetryDelayMs } = this.options;
    const asked = 'error' in result && result.error instanceof UpstreamError ? result.error.retryAfterSeconds : 0;
    const jittered = Math.random() * Math.min(maxRetryDelayMs, retryDelayMs * 2 ** (attempt - 1));
    return Math.max((asked ?? 0) * 1_000, jittered);
  }

  private explain(error: unknown): unknown {
    if (error instanceof BrokenCircuitError) {
      this.addEvent('circuit open');
      return new UpstreamUnavailableError(error, this.secondsUntilHalfOpen());
    }
    if (error instanceof BulkheadRejectedError) {
      this.addEvent('call shed');
      return new UpstreamUnavailableError(error, 1);
    }
    return error;
  }

  private secondsUntilHalfOpen(): number {
    if (this.breaker.state !== CircuitState.Open) return 1;
    return Math.max(1, Math.ceil((this.openedAt + this.options.breakerOpenMs - Date.now()) / 1_000));
  }

  private addEvent(event: string): void {
    trace.getActiveSpan()?.addEvent(event, { 'cruddur.upstream': this.options.name });
  }
}
