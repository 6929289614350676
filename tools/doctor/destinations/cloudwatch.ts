import { type Finding, ok, wrong } from '../finding.ts';
import { whyNot } from '../http.ts';
import type { Context } from './context.ts';

const TIMEOUT_MS = 5_000;

/** Writes one line into a stream of the doctor's own, with the rights that the services need. */
export async function checkCloudWatch({ telemetry, env, traceId }: Context): Promise<Finding[]> {
  const settings = telemetry.readCloudWatch({ ...env, OTEL_SERVICE_NAME: 'doctor' }, []);
  if (!settings) return [];
  const { service, group: logGroupName, stream: logStreamName } = settings;
  const call = telemetry.createLogsApi(service, TIMEOUT_MS);
  const where = `${service.endpoint.origin} ${logGroupName}`;
  try {
    await create(() => call('CreateLogGroup', { logGroupName }));
    await create(() => call('CreateLogStream', { logGroupName, logStreamName }));
    const message = JSON.stringify({ level: 'info', msg: 'npm run doctor', trace_id: traceId });
    await call('PutLogEvents', { logGroupName, logStreamName, logEvents: [{ timestamp: Date.now(), message }] });
    return [ok('CloudWatch Logs', `${where} took a line into the stream ${logStreamName}`)];
  } catch (error) {
    return [refused(error as Error & { type?: string }, where)];
  }
}

/** The group may be there, or be somebody else's to make. */
async function create(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    const { type = '' } = error as { type?: string };
    if (!/ResourceAlreadyExists|AccessDenied/.test(type)) throw error;
  }
}

function refused(error: Error & { type?: string }, where: string): Finding {
  const { type, message } = error;
  if (type === 'ResourceNotFoundException' || type?.startsWith('AccessDenied')) {
    const text = `${where} refuses (${type}): CLOUDWATCH_LOG_GROUP needs logs:PutLogEvents, CreateLogGroup, CreateLogStream`;
    return wrong('CloudWatch Logs', text, 'aws sts get-caller-identity');
  }
  if (/credential/i.test(message)) {
    return wrong('CloudWatch Logs', 'CLOUDWATCH_LOG_GROUP is set, but AWS finds no credentials', 'aws configure');
  }
  return wrong(
    'CloudWatch Logs',
    `${where} does not take lines (${type ?? whyNot(error)})`,
    'aws logs describe-log-groups',
  );
}
