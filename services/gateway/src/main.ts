import { readConfig, runService } from '@cruddur/service';
import { GatewayConfigSchema } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { openPage } from './page/page.js';
import { decideRequestingUser } from './requesting-user.js';

const config = readConfig(GatewayConfigSchema);

await runService({
  name: 'gateway',
  module: GatewayModule.forConfig(config),
  prefix: 'api',
  unprefixed: ['rollbar/test'],
  configureFastify: (fastify) => {
    decideRequestingUser(fastify, config.CRUDDUR_DEMO_USER);
    openPage(fastify, config);
  },
  host: config.HOST,
  port: config.GATEWAY_PORT,
  portVariable: 'GATEWAY_PORT',
});
