import { afterEach, expect, it } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { CleanUp, GatewayUnderTest, HOME } from '../support/gateway-under-test.js';
import { until } from '../support/until.js';

const PROBE = fileURLToPath(new URL('../support/programs/promotion-probe.mjs', import.meta.url));
const REQUESTS = 6_000;
/** Per request. It is less than 100; with `undici.request` in the place of our own handler, 5,900. */
const LIMIT = 1_000;

const cleanUp = new CleanUp();
let receiver: OtlpReceiver | undefined;
afterEach(async () => {
  await cleanUp.run();
  await receiver?.close();
});

it('keeps nothing of a request for longer than a young generation lives', async () => {
  receiver = await startOtlpReceiver();
  const gateway = await GatewayUnderTest.start(cleanUp, {
    NODE_OPTIONS: `--import ${PROBE}`,
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '500',
  });
  const pool = new Pool(gateway.url, { connections: 16 });
  cleanUp.add({ stop: () => pool.close() });
  const load = async (requests: number) => {
    let left = requests;
    const work = async () => {
      while (left-- > 0) await (await pool.request({ path: HOME, method: 'GET' })).body.dump();
    };
    await Promise.all(Array.from({ length: 16 }, work));
  };
  const promoted = async () => {
    const already = gateway.process.stderr.length;
    gateway.process.signal('SIGUSR2');
    await until('the probe', () => gateway.process.stderr.slice(already).includes('\n'));
    return JSON.parse(gateway.process.stderr.slice(already)) as Record<'old' | 'external' | 'collections', number>;
  };
  // What stays for good is there, and the young generation has grown to its size.
  await load(6_000);
  await promoted();
  await load(REQUESTS);
  const { old, external, collections } = await promoted();
  expect(collections).toBeGreaterThan(3);
  expect([old / REQUESTS, external / REQUESTS].map((bytes) => bytes < LIMIT || bytes)).toEqual([true, true]);
});
