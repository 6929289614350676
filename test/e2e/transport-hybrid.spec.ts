import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { freePort } from '../brokers/broker.js';
import { TestApp } from '../transports/test-app.js';

describe('A hybrid application: HTTP, TCP and gRPC at once', () => {
  let receiver: OtlpReceiver;
  let handler: TestApp | undefined;
  let caller: TestApp | undefined;

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    const env = {
      TEST_TCP_PORT: String(await freePort()),
      TEST_GRPC_PORT: String(await freePort()),
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'grpc',
    };
    handler = await TestApp.start('handler', './hybrid-handler.ts', receiver.url, env);
    caller = await TestApp.start('caller', './hybrid-caller.ts', receiver.url, env);
  }, 30_000);

  afterAll(async () => {
    await caller?.stop();
    await handler?.stop();
    await receiver.close();
  });

  const get = async (url: string) => {
    const response = await fetch(url);
    const traceId = response.headers.get('traceresponse')?.split('-')[1] ?? '';
    return { traceId, body: (await response.json()) as object };
  };

  it('leaves gRPC to its own instrumentation: one client and one server span, no more', async () => {
    const { traceId, body } = await get(`${caller!.url}/grpc`);
    await receiver.expectTrace(traceId, `
      caller: SERVER GET /grpc
        caller: CLIENT grpc.greeter.Greeter/Greet
          handler: SERVER grpc.greeter.Greeter/Greet
            handler: INTERNAL compose greeting`); // prettier-ignore
    expect(body).toEqual({ traceId });
  });

  it('traces the TCP side, with a pattern that is an object', async () => {
    const { traceId, body } = await get(`${caller!.url}/tcp`);
    await receiver.expectTrace(traceId, `
      caller: SERVER GET /tcp
        caller: CLIENT {"cmd":"greet"}
          handler: SERVER {"cmd":"greet"}
            handler: INTERNAL compose greeting`); // prettier-ignore
    expect(body).toEqual({ traceId, operator: traceId });
  });

  it('traces the HTTP side', async () => {
    const { traceId, body } = await get(`${handler!.url}/greet`);
    await receiver.expectTrace(traceId, `
      handler: SERVER GET /greet
        handler: INTERNAL compose greeting`); // prettier-ignore
    expect(body).toEqual({ traceId });
  });
});
