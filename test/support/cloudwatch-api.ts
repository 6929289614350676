import { expect } from '@jest/globals';
import { AWS_ENV, checkSignature } from './aws-signature.js';
import { VendorStandIn, type VendorAnswer, type VendorRequest } from './vendor-stand-in.js';

interface PutLogEvents {
  logGroupName: string;
  logStreamName: string;
  logEvents: { timestamp: number; message: string }[];
}

const failure = (status: number, type: string): VendorAnswer => ({
  status,
  body: { __type: `com.amazonaws.cloudwatchlogs#${type}`, message: 'no' },
});

/** CloudWatch Logs with its groups and streams, and its limits for a batch. */
export class CloudWatchApi extends VendorStandIn {
  readonly groups = new Set<string>();
  readonly streams = new Map<string, PutLogEvents['logEvents']>();
  /** What the next PutLogEvents are answered with, instead of being taken. */
  readonly plan: VendorAnswer[] = [];
  readonly batches: number[] = [];

  constructor() {
    super((request) => this.answer(request));
  }

  get env(): Record<string, string> {
    return { ...AWS_ENV, CLOUDWATCH_LOG_GROUP: '/cruddur/test', AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: this.url };
  }

  get lines(): Record<string, unknown>[] {
    return [...this.streams.values()].flat().map(({ message }) => JSON.parse(message) as Record<string, unknown>);
  }

  throttle(): void {
    this.plan.push(failure(400, 'ThrottlingException'));
  }

  deny(): void {
    this.plan.push(failure(400, 'AccessDeniedException'));
  }

  private answer(request: VendorRequest): VendorAnswer {
    checkSignature(request, 'logs');
    expect([request.method, request.path]).toEqual(['POST', '/']);
    expect(request.headers['content-type']).toBe('application/x-amz-json-1.1');
    const input = JSON.parse(request.body.toString()) as PutLogEvents;
    const { logGroupName: group, logStreamName: stream } = input;
    const key = `${group} ${stream}`;
    switch (String(request.headers['x-amz-target'])) {
      case 'Logs_20140328.CreateLogGroup':
        if (this.groups.has(group)) return failure(400, 'ResourceAlreadyExistsException');
        this.groups.add(group);
        return {};
      case 'Logs_20140328.CreateLogStream':
        expect(stream).toMatch(/^[^:*]{1,512}$/);
        if (!this.groups.has(group)) return failure(400, 'ResourceNotFoundException');
        this.streams.set(key, []);
        return {};
      case 'Logs_20140328.PutLogEvents':
        return this.put(input, key);
      default:
        throw new Error('UnknownOperationException');
    }
  }

  private put({ logEvents, ...rest }: PutLogEvents, key: string): VendorAnswer {
    const planned = this.plan.shift();
    if (planned) return planned;
    const stream = this.streams.get(key);
    if (!stream) return failure(400, 'ResourceNotFoundException');
    expect(Object.keys(rest).sort()).toEqual(['logGroupName', 'logStreamName']);
    expect(logEvents.length).toBeGreaterThan(0);
    expect(logEvents.length).toBeLessThanOrEqual(10_000);
    const bytes = logEvents.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
    expect(bytes).toBeLessThanOrEqual(1_048_576);
    const times = logEvents.map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)! - times[0]!).toBeLessThan(24 * 3_600_000);
    this.batches.push(logEvents.length);
    stream.push(...logEvents);
    return { body: {} };
  }
}
