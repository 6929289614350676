import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { TestApp } from '../transports/test-app.js';

describe('An HTTP application that has not installed @nestjs/microservices', () => {
  let receiver: OtlpReceiver;
  let app: TestApp | undefined;

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    app = await TestApp.start('app', './http-only.ts', receiver.url, {}, ['./without-microservices.mjs']);
  });

  afterAll(async () => {
    await app?.stop();
    await receiver.close();
  });

  it('starts, and is traced', async () => {
    const response = await fetch(`${app!.url}/trace`);
    const { traceId } = (await response.json()) as { traceId: string };
    await receiver.expectTrace(traceId, 'app: SERVER GET /trace');
    expect(response.headers.get('traceresponse')).toContain(traceId);
  });
});
