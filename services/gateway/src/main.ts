import { runService } from '@cruddur/service';
import { readGatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { decideRequestingUser } from './requesting-user.js';

const config = readGatewayConfig();

await runService({
  name: 'gateway',
  module: GatewayModule.with(config),
  prefix: 'api',
  configureFastify: (fastify) => decideRequestingUser(fastify, config.demoUserUuid),
  host: config.host,
  port: config.port,
  portVariable: 'GATEWAY_PORT',
});
