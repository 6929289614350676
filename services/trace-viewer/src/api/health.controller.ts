import { Controller, Get, Inject } from '@nestjs/common';
import { Intake } from '../receiver/intake.js';

@Controller('health')
export class HealthController {
  constructor(@Inject(Intake) private readonly intake: Intake) {}

  /** The event loop turns. */
  @Get('live')
  live() {
    return { status: 'up' };
  }

  /** It listens only once its store is open, and a store that breaks ends the process. */
  @Get('ready')
  ready() {
    return { status: this.intake.closing ? 'draining' : 'up' };
  }
}
