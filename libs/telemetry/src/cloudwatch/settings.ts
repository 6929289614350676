import { hostname } from 'node:os';
import { type AwsService, readAwsService } from '../aws/aws-service.js';

export interface CloudWatchSettings {
  service: AwsService;
  group: string;
  /** One per process: `gateway/host/pid`. */
  stream: string;
}

/** Reads CLOUDWATCH_LOG_GROUP and AWS's own variables. */
export function readCloudWatch(env: NodeJS.ProcessEnv, problems: string[]): CloudWatchSettings | undefined {
  const group = env.CLOUDWATCH_LOG_GROUP?.trim();
  if (!group) return undefined;
  if (!/^[\w./#-]{1,512}$/.test(group)) {
    problems.push('CLOUDWATCH_LOG_GROUP may hold letters, digits and _ . / # - only: no lines are sent there');
    return undefined;
  }
  const service = readAwsService('logs', 'CLOUDWATCH_LOG_GROUP', env, problems);
  const stream = `${env.OTEL_SERVICE_NAME}/${hostname()}/${process.pid}`.replace(/[:*]/g, '_').slice(0, 512);
  return service && { service, group, stream };
}
