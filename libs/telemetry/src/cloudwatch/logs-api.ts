import type { AwsService } from '../aws/aws-service.js';
import { createSignedPost } from '../aws/signed-post.js';
import { DeliveryError } from '../export/delivery-error.js';

/** The operations of CloudWatch Logs that are needed here, with what they need. */
export interface Operations {
  PutLogEvents: { logGroupName: string; logStreamName: string; logEvents: { timestamp: number; message: string }[] };
  CreateLogGroup: { logGroupName: string };
  CreateLogStream: { logGroupName: string; logStreamName: string };
}

export interface PutLogEventsAnswer {
  /** Indices into the batch: events before the first two, and from the third on, were thrown away. */
  rejectedLogEventsInfo?: {
    tooOldLogEventEndIndex?: number;
    expiredLogEventEndIndex?: number;
    tooNewLogEventStartIndex?: number;
  };
}

/** An error as AWS names it: `ResourceNotFoundException`. */
export class CloudWatchError extends DeliveryError {
  constructor(
    readonly type: string,
    status: number,
    retryAfterMs: number | undefined,
  ) {
    super(
      type,
      status,
      status >= 500 || /Throttl|LimitExceeded|TooManyRequests|ServiceUnavailable/.test(type),
      retryAfterMs,
    );
  }
}

export type LogsApi = <Name extends keyof Operations>(
  name: Name,
  input: Operations[Name],
) => Promise<PutLogEventsAnswer>;

/** AWS's JSON 1.1 protocol. @returns a function that rejects with a {@link CloudWatchError}, or as nobody answered */
export function createLogsApi(service: AwsService, timeoutMs: number): LogsApi {
  const send = createSignedPost(service);
  return async (name, input) => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${name}` };
    try {
      const answer = await send('/', headers, Buffer.from(JSON.stringify(input)), timeoutMs);
      return (answer ? JSON.parse(answer) : {}) as PutLogEventsAnswer;
    } catch (error) {
      throw toCloudWatchError(error);
    }
  };
}

function toCloudWatchError(error: unknown): unknown {
  const { code, answer, retryAfterMs } = error as DeliveryError & { answer?: string };
  if (code === undefined || answer === undefined) return error;
  // `com.amazonaws.logs#ThrottlingException:http://...`: the name is in the middle.
  const type = /"__type"\s*:\s*"(?:[^"#]*#)?(\w+)/.exec(answer)?.[1] ?? `HTTP ${code}`;
  return new CloudWatchError(type, code, code === 429 ? (retryAfterMs ?? 1_000) : retryAfterMs);
}
