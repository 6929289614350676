import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Address } from './addresses.ts';
import { SERVICES } from './services.ts';
import { findTraceDestination } from './trace-destination.ts';

let backend: Server;
let listening: number;
let nobody: number;
beforeAll(async () => {
  const [first, second] = await Promise.all([listen(), listen()]);
  backend = first;
  listening = portOf(first);
  nobody = portOf(second);
  await new Promise((resolve) => second.close(resolve));
});
afterAll(() => void backend.close());

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
const portOf = (server: Server) => (server.address() as AddressInfo).port;

const receiver = (taken: boolean): Address => {
  const service = { ...SERVICES[0]!, takesOtlp: true };
  return { service, host: '127.0.0.1', port: 1, url: 'http://127.0.0.1:1', taken };
};
const toReceiver = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
// Made up here: no key of anybody's.
const HONEYCOMB = { HONEYCOMB_API_KEY: 'x'.repeat(22) };

describe('findTraceDestination', () => {
  it('switches traces off, and says how to get them, when nobody would take them', async () => {
    const { env, text } = await findTraceDestination({}, undefined, nobody);
    expect(env).toEqual({ OTEL_TRACES_EXPORTER: 'none' });
    expect(text).toMatch(/nowhere yet.*HONEYCOMB_API_KEY.*4318/);
  });

  it('leaves the default alone when somebody listens', async () => {
    const { env, text } = await findTraceDestination({}, undefined, listening);
    expect([env, text]).toEqual([{}, `to http://127.0.0.1:${listening}`]);
  });

  it('sends spans and logs to a receiver of ours, beside Honeycomb', async () => {
    const { env, text } = await findTraceDestination(HONEYCOMB, receiver(false), nobody);
    expect(env).toEqual({
      ...toReceiver,
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_BSP_SCHEDULE_DELAY: '500',
      OTEL_BLRP_SCHEDULE_DELAY: '500',
      TELEMETRY_TRACE_URL: 'http://localhost:1/traces/{trace_id}',
    });
    expect(text).toBe('open http://localhost:1, and see Honeycomb');
  });

  it('keeps the links of the environment beside those to the receiver, wherever that is named', async () => {
    const given = { TELEMETRY_TRACE_URL: 'http://jaeger.example/trace/{trace_id}' };
    const both = `http://localhost:1/traces/{trace_id},${given.TELEMETRY_TRACE_URL}`;
    const beside = await findTraceDestination(given, receiver(false), nobody);
    expect(beside.env.TELEMETRY_TRACE_URL).toBe(both);
    const named = { ...given, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:1/' };
    expect((await findTraceDestination(named, receiver(false), nobody)).env).toEqual({ TELEMETRY_TRACE_URL: both });
    const elsewhere = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:2' };
    expect((await findTraceDestination(elsewhere, receiver(false), nobody)).env).toEqual({});
  });

  it('sends no logs to what was running already, nor when the environment speaks of them', async () => {
    expect((await findTraceDestination({}, receiver(true), nobody)).env).toEqual(toReceiver);
    const said = await findTraceDestination({ OTEL_LOGS_EXPORTER: 'none' }, receiver(false), nobody);
    expect(said.env).not.toHaveProperty('OTEL_LOGS_EXPORTER');
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:secret@otel.example/x?token=secret' }, 'to https://otel.example'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://otel.example:4318/v1/traces' }, 'to http://otel.example:4318'],
    [{ ...HONEYCOMB }, 'to Honeycomb'],
    [{ OTEL_TRACES_EXPORTER: 'console' }, 'to console (OTEL_TRACES_EXPORTER)'],
    [{ OTEL_TRACES_EXPORTER: 'none' }, 'off (OTEL_TRACES_EXPORTER)'],
    [{ OTEL_SDK_DISABLED: 'true' }, 'off (OTEL_SDK_DISABLED)'],
  ])('adds nothing to %j', async (environment, text) => {
    expect(await findTraceDestination(environment, undefined, nobody)).toEqual({ env: {}, text });
  });
});
