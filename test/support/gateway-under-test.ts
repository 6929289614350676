import { Neighbour, type Behaviour, json } from './neighbour.js';
import { ServiceProcess } from './service-process.js';

export const HOME = '/api/activities/home';
const PAGE = { activities: [], next_cursor: null, degraded: false };
/** Planted in everything that a client can send; must reach no destination. */
export const SECRET = 'planted-secret-7d1c';

/** What a test opened, last first closed. */
export class CleanUp {
  private readonly open: { stop(): Promise<unknown> }[] = [];

  add<T extends { stop(): Promise<unknown> }>(one: T): T {
    this.open.push(one);
    return one;
  }

  async run(): Promise<void> {
    for (const one of this.open.splice(0).reverse()) await one.stop();
  }
}

/** The built gateway as a process, behind it a neighbour that answers as `home` does. */
export class GatewayUnderTest {
  private constructor(
    readonly process: ServiceProcess,
    readonly home: Neighbour,
    readonly url: string,
  ) {}

  static async start(
    cleanUp: CleanUp,
    env: Record<string, string>,
    home: Behaviour = json(200, PAGE),
  ): Promise<GatewayUnderTest> {
    const neighbour = cleanUp.add(await Neighbour.start(home));
    const often = { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_BSP_EXPORT_TIMEOUT: '2000' };
    const process = new ServiceProcess('gateway', {
      env: { HOME_ACTIVITIES_URL: neighbour.origin, ...often, ...env },
    });
    cleanUp.add({ stop: () => process.kill() });
    return new GatewayUnderTest(process, neighbour, await process.listening());
  }

  /** One request that carries secrets where clients do; @returns status and trace id */
  async call(path = `${HOME}?api_key=${SECRET}`): Promise<{ status: number; traceId: string }> {
    const headers = { authorization: `Bearer ${SECRET}`, cookie: `session=${SECRET}` };
    const response = await fetch(this.url + path, { headers });
    await response.arrayBuffer();
    return { status: response.status, traceId: response.headers.get('traceresponse')?.split('-')[1] ?? '' };
  }

  /** @returns the statuses of `count` requests, one after another */
  async load(count: number): Promise<number[]> {
    const statuses: number[] = [];
    for (let i = 0; i < count; i++) statuses.push((await this.call()).status);
    return statuses;
  }

  /** Lines that say that a destination stopped, or started again, to take things. */
  get warnings(): Record<string, unknown>[] {
    return this.process.log.filter(({ msg }) => /a destination (does not take|takes) /.test(String(msg)));
  }

  async stop(): Promise<number | string> {
    this.process.signal('SIGTERM');
    return this.process.exited;
  }
}

export const ok = (count: number) => new Array<number>(count).fill(200);
