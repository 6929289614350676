export { runService, type ServiceOptions } from './run-service.js';
export { createService, type CreateServiceOptions, type MessageServer } from './create-service.js';
export { HEALTH_CHECKS, type HealthCheck, type HealthReport } from './health.js';
export { ConfigError, parseConfig, readConfig } from './read-config.js';
export { booleanSchema, hostSchema, millisecondsSchema, originSchema, portSchema } from './config-schemas.js';
