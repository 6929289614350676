import { readUrl } from '../export/endpoint.js';

/** Where a service of AWS is reached, by AWS's own variables. */
export interface AwsService {
  /** The name that requests are signed for. */
  signingName: 'xray' | 'logs';
  region: string;
  endpoint: URL;
}

const ENDPOINT_VARIABLE = { xray: 'AWS_ENDPOINT_URL_XRAY', logs: 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS' };
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

/**
 * Reads AWS_REGION (or AWS_DEFAULT_REGION) and AWS_ENDPOINT_URL_* (or AWS_ENDPOINT_URL). Undefined when that is not
 * enough; the reason goes to `problems`.
 *
 * @param wantedBy the variable that asked for the service
 */
export function readAwsService(
  signingName: AwsService['signingName'],
  wantedBy: string,
  env: NodeJS.ProcessEnv,
  problems: string[],
): AwsService | undefined {
  const region = (env.AWS_REGION || env.AWS_DEFAULT_REGION)?.trim() ?? '';
  if (!REGION.test(region)) {
    problems.push(`${wantedBy} needs AWS_REGION, such as eu-central-1: nothing is sent there`);
    return undefined;
  }
  const own = ENDPOINT_VARIABLE[signingName];
  const variable = env[own]?.trim() ? own : 'AWS_ENDPOINT_URL';
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const endpoint = readUrl(env, variable, `https://${signingName}.${region}.${domain}`, problems);
  return endpoint && { signingName, region, endpoint };
}
