import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { hang, json, Neighbour } from '../support/neighbour.js';
import { ServiceProcess, type StartOptions } from '../support/service-process.js';

const page = { activities: [], next_cursor: null, degraded: false };
const HOME = '/api/activities/home';

let homeActivities: Neighbour;
let receiver: OtlpReceiver;
let processes: ServiceProcess[];

beforeEach(async () => {
  homeActivities = await Neighbour.start(json(200, page));
  receiver = await startOtlpReceiver();
  processes = [];
});
afterEach(async () => {
  for (const process of processes) await process.kill();
  await homeActivities.stop();
  await receiver.close();
});

function gateway({ env = {}, ...options }: StartOptions = {}): ServiceProcess {
  const process = new ServiceProcess('gateway', {
    ...options,
    env: {
      HOME_ACTIVITIES_URL: homeActivities.origin,
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      ...env,
    },
  });
  processes.push(process);
  return process;
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await sleep(5);
}

/** Sends a request and says when it has reached the neighbour, which answers once it is told to. */
function slowRequest(url: string) {
  let answer = () => {};
  homeActivities.behave = (request, response) => (answer = () => json(200, page)(request, response));
  const response = fetch(url + HOME);
  return { response, arrived: until(() => homeActivities.received.length > 0), answer: () => answer() };
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('lets a request in flight finish, loses no span, and ends with status 0', async () => {
    const process = gateway();
    const url = await process.listening();
    const { response, arrived, answer } = slowRequest(url);
    await arrived;
    process.signal(signal);
    process.signal(signal); // a terminal and a supervisor both send one
    await until(() => process.stdout.includes('finishing requests in flight'));
    await sleep(150);
    answer();
    const answered = await response;
    expect(answered.status).toBe(200);
    expect(await answered.json()).toEqual([]);
    expect(await process.exited).toBe(0);
    const traceId = answered.headers.get('traceresponse')!.split('-')[1]!;
    await receiver.expectTrace(
      traceId,
      `
      gateway: SERVER GET /api/activities/home
        gateway: CLIENT GET /activities/home
      `,
    );
  });
});

describe('stopping', () => {
  it('is not held up by idle keep-alive connections', async () => {
    const process = gateway();
    const { hostname, port } = new URL(await process.listening());
    const sockets = Array.from({ length: 3 }, () => connect(Number(port), hostname));
    for (const socket of sockets) {
      socket.write(`GET ${HOME} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await once(socket, 'data');
    }
    const closed = sockets.map((socket) => once(socket, 'close'));
    process.signal('SIGTERM');
    expect(await process.exited).toBe(0);
    await Promise.all(closed);
  });

  it('says so at /health/ready, and still answers, for as long as DRAIN_DELAY_MS', async () => {
    const process = gateway({ env: { DRAIN_DELAY_MS: '500' } });
    const url = await process.listening();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    process.signal('SIGTERM');
    await until(() => process.stdout.includes('finishing requests in flight'));
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'draining' }]);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(url + HOME)).status).toBe(200);
    expect(await process.exited).toBe(0);
  });

  it('cuts a request that takes longer than SHUTDOWN_TIMEOUT_MS, and admits it', async () => {
    homeActivities.behave = hang;
    const process = gateway({ env: { SHUTDOWN_TIMEOUT_MS: '200', HOME_ACTIVITIES_TIMEOUT_MS: '60000' } });
    const cut = fetch((await process.listening()) + HOME).then(
      () => 'answered',
      () => 'cut',
    );
    await until(() => homeActivities.received.length > 0);
    process.signal('SIGTERM');
    expect(await process.exited).toBe(1);
    expect(await cut).toBe('cut');
    expect(process.stdout).toContain('SHUTDOWN_TIMEOUT_MS');
  });

  it('fails no request under load', async () => {
    const process = gateway();
    const url = await process.listening();
    homeActivities.behave = (request, response) => void setTimeout(() => json(200, page)(request, response), 20);
    let refused = false;
    const statuses: number[] = [];
    const load = Array.from({ length: 10 }, async () => {
      while (!refused) {
        try {
          const response = await fetch(url + HOME);
          await response.arrayBuffer();
          statuses.push(response.status);
        } catch (error) {
          const code = ((error as Error).cause as { code?: string } | undefined)?.code;
          if (code !== 'ECONNREFUSED') throw error; // not taken is fine, taken and dropped is not
          refused = true;
        }
      }
    });
    await until(() => statuses.length > 50);
    process.signal('SIGTERM');
    await Promise.all(load);
    expect(await process.exited).toBe(0);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const servers = () => receiver.spans.filter(({ kind }) => kind === 'SERVER');
    await receiver.waitFor('all server spans', () => servers().length >= statuses.length);
    expect(servers()).toHaveLength(statuses.length);
  });
});

describe('starting', () => {
  it('names a port that is taken and the variable that changes it', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const process = gateway({ env: { GATEWAY_PORT: String(port) } });
    expect(await process.exited).toBe(1);
    expect(process.stderr).toBe(`gateway: port ${port} is taken; set GATEWAY_PORT to a free one\n`);
    taken.close();
  });

  it('names every variable that is wrong, without its value', async () => {
    const process = gateway({
      env: { GATEWAY_PORT: '99999', HOME_ACTIVITIES_URL: 'ftp://u:s3cret@x', CRUDDUR_DEMO_USER: '' },
    });
    expect(await process.exited).toBe(1);
    expect(process.stderr).toMatch(/^Cannot start.*\n {2}GATEWAY_PORT: .*\n {2}HOME_ACTIVITIES_URL: .*\n$/);
    expect(process.stderr + process.stdout).not.toMatch(/s3cret|at .*\.js/);
  });

  it('says once, in one line, what else keeps it from starting', async () => {
    const process = gateway({ env: { HOST: '192.0.2.1' } });
    expect(await process.exited).toBe(1);
    expect(process.stderr).toBe('gateway: HOST 192.0.2.1 is not an address of this machine\n');
    expect(process.stdout).toBe('');
  });

  it('says loudly when there is no preload, and serves all the same', async () => {
    const process = gateway({ traced: false });
    const url = await process.listening();
    expect((await fetch(url + HOME)).status).toBe(200);
    expect(process.log).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: expect.stringContaining('runs untraced') }),
    );
  });

  it('says only what is worth saying', async () => {
    const process = gateway();
    await process.listening();
    expect(process.log.map(({ msg }) => msg)).toEqual([expect.stringMatching(/^gateway listens on http:/)]);
    expect(process.stderr).toBe('');
  });
});

describe('health', () => {
  it('is traced and logged nowhere', async () => {
    const process = gateway();
    const url = await process.listening();
    for (const path of ['live', 'ready', 'ready?x=1']) {
      const response = await fetch(`${url}/health/${path}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('traceresponse')).toBeNull();
    }
    process.signal('SIGTERM');
    await process.exited;
    expect(receiver.spans).toEqual([]);
    expect(process.stdout).not.toContain('/health');
  });
});
