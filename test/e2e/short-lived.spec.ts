import { afterEach, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { TestServer } from '../../libs/postgres/testing/test-server.js';
import { CleanUp, GatewayUnderTest, HOME } from '../support/gateway-under-test.js';
import { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/until.js';

const PROBE = fileURLToPath(new URL('../support/programs/promotion-probe.mjs', import.meta.url));
const REQUESTS = 6_000;
/** Bytes per request. It is less than 100; where the drivers hold on to their callers, 4,000 to 6,000. */
const LIMIT = 1_000;

const cleanUp = new CleanUp();
let receiver: OtlpReceiver | undefined;
afterEach(async () => {
  await cleanUp.run();
  await receiver?.close();
  receiver = undefined;
});

async function tracedWithProbe() {
  receiver = await startOtlpReceiver();
  return {
    NODE_OPTIONS: `--import ${PROBE}`,
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '500',
  };
}

async function expectShortLivedRequests(service: ServiceProcess, url: string, path: string): Promise<void> {
  const pool = new Pool(url, { connections: 16 });
  cleanUp.add({ stop: () => pool.close() });
  const load = async (requests: number) => {
    let left = requests;
    const work = async () => {
      while (left-- > 0) await (await pool.request({ path, method: 'GET' })).body.dump();
    };
    await Promise.all(Array.from({ length: 16 }, work));
  };
  const promoted = async () => {
    const already = service.stderr.length;
    service.signal('SIGUSR2');
    await until('the probe', () => service.stderr.slice(already).includes('\n'));
    return JSON.parse(service.stderr.slice(already)) as Record<'old' | 'external' | 'collections', number>;
  };
  // What stays for good is there, and the young generation has grown to its size.
  await load(6_000);
  await promoted();
  await load(REQUESTS);
  const { old, external, collections } = await promoted();
  expect(collections).toBeGreaterThan(3);
  expect([old / REQUESTS, external / REQUESTS].map((bytes) => bytes < LIMIT || bytes)).toEqual([true, true]);
}

it('the gateway keeps nothing of a request for longer than a young generation lives', async () => {
  const gateway = await GatewayUnderTest.start(cleanUp, await tracedWithProbe());
  await expectShortLivedRequests(gateway.process, gateway.url, HOME);
}, 60_000);

it('neither does user-activities, of a request that asks its database', async () => {
  const server = cleanUp.add(await TestServer.start());
  const env = { ...(await tracedWithProbe()), DATABASE_URL: await server.createDatabase() };
  const process = new ServiceProcess('user-activities', { env });
  cleanUp.add({ stop: () => process.kill() });
  await expectShortLivedRequests(process, await process.listening(), '/users/nobody/activities');
}, 60_000);
