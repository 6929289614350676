import type { LoggerService } from '@nestjs/common';

/** Where Nest tells, on some sixty lines, which modules and routes it has found. */
const FRAMEWORK = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
]);

/** The service's logger without the framework's small talk at start; its warnings and errors stay. */
export function withoutBootNoise(logger: LoggerService): LoggerService {
  const log = logger.log.bind(logger);
  logger.log = (message: unknown, ...rest: unknown[]) => {
    if (!FRAMEWORK.has(rest.at(-1) as string)) log(message, ...rest);
  };
  return logger;
}
