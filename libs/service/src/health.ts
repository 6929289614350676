import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** One thing a service depends on. */
export interface HealthCheck {
  name: string;
  /** Throws or rejects when the thing is not usable. Given one second. */
  check: () => unknown;
  /** False for what the service can do without: it is then reported as degraded and readiness stays 200. */
  required?: boolean;
}

/** Provide a {@link HealthCheck} or an array of them under this token, in any module. */
export const HEALTH_CHECKS = Symbol('cruddur.service.health-checks');

const CHECK_TIMEOUT_MS = 1000;
type CheckResult = 'up' | 'down' | 'degraded';

/**
 * `/health/live` says that the event loop turns, and nothing else: a restart cures nothing else. `/health/ready`
 * says whether to send requests here; it is 503 while draining and while a required check fails.
 */
export class Health {
  /** Set when the service has been told to stop. */
  draining = false;
  private checks: HealthCheck[] | undefined;

  constructor(private readonly app: INestApplication) {}

  registerRoutes(fastify: FastifyInstance): void {
    fastify.get('/health/live', (_request, reply) => reply.send({ status: 'ok' }));
    fastify.get('/health/ready', async (_request, reply) => {
      const { ready, body } = await this.readiness();
      return reply.code(ready ? 200 : 503).send(body);
    });
  }

  private async readiness() {
    if (this.draining) return { ready: false, body: { status: 'draining' } };
    this.checks ??= this.app.get<HealthCheck | HealthCheck[]>(HEALTH_CHECKS, { strict: false, each: true }).flat();
    const entries = await Promise.all(this.checks.map(async (check) => [check.name, await runCheck(check)] as const));
    const results = entries.map(([, result]) => result);
    const status = results.includes('down') ? 'down' : results.includes('degraded') ? 'degraded' : 'ok';
    return { ready: status !== 'down', body: { status, checks: Object.fromEntries(entries) } };
  }
}

async function runCheck({ check, required = true }: HealthCheck): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the check took too long')), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([Promise.resolve().then(check), timeout]);
    return 'up';
  } catch {
    return required ? 'down' : 'degraded';
  } finally {
    clearTimeout(timer);
  }
}
