export { runService, type ServiceOptions } from './run-service.js';
export { createService, type CreateServiceOptions } from './create-service.js';
export { HEALTH_CHECKS, type HealthCheck } from './health.js';
export { ConfigError, parseConfig, readConfig } from './read-config.js';
export { hostSchema, millisecondsSchema, originSchema, portSchema } from './config-schemas.js';
