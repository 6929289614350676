import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Intake } from '../receiver/intake.js';

@Controller('health')
export class HealthController {
  constructor(@Inject(Intake) private readonly intake: Intake) {}

  /** The event loop turns. */
  @Get('live')
  live() {
    return { status: 'up' };
  }

  /** It listens only once its store is open, and a store that breaks ends the process. 503 while it stops. */
  @Get('ready')
  ready(@Res({ passthrough: true }) reply: FastifyReply) {
    if (!this.intake.closing) return { status: 'up' };
    void reply.status(503);
    return { status: 'draining' };
  }
}
