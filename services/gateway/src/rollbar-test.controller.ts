import { Controller, Get } from '@nestjs/common';
import type { GatewayConfig } from './gateway.config.js';

/** Something to find in Rollbar. */
class RollbarTestError extends Error {
  override readonly name = 'RollbarTestError';
}

/** GET /rollbar/test answers 500 with an error that arrives in Rollbar. */
@Controller('rollbar')
export class RollbarTestController {
  @Get('test')
  fail(): never {
    throw new RollbarTestError('This is a test: Rollbar works');
  }
}

/** For development: there is no such route in production, nor without a token. */
export function offersRollbarTest({ NODE_ENV, ROLLBAR_ACCESS_TOKEN }: GatewayConfig): boolean {
  return NODE_ENV !== 'production' && Boolean(ROLLBAR_ACCESS_TOKEN);
}
