import pg from 'pg';
import { createService } from '@cruddur/service';
import { UserActivitiesModule } from '../src/user-activities.module.js';

// A line per request would bury the test's own words.
process.env.LOG_LEVEL = 'silent';

export interface TestAnswer {
  status: number;
  /** Parsed JSON; the tests know its shape. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
  text: string;
}

/** The service's whole HTTP pipeline in process, on a real database. */
export class TestService {
  private constructor(
    readonly database: pg.Pool,
    private readonly app: Awaited<ReturnType<typeof createService>>['app'],
  ) {}

  static async start(databaseUrl: string): Promise<TestService> {
    const module = UserActivitiesModule.forConfig({ DATABASE_URL: databaseUrl });
    const { app } = await createService({ module });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const database = new pg.Pool({ connectionString: databaseUrl });
    database.on('error', () => undefined);
    return new TestService(database, app);
  }

  get<T>(token: new (...parameters: never[]) => T): T {
    return this.app.get(token);
  }

  async request(method: 'GET' | 'POST', url: string, body?: unknown, headers = {}): Promise<TestAnswer> {
    const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await this.app.inject({ method, url, ...payload, headers: { ...type, ...headers } });
    return { status: response.statusCode, body: JSON.parse(response.body) as unknown, text: response.body };
  }

  /** Empties the feed; the seeded users stay. */
  async clear(): Promise<void> {
    await this.database.query('TRUNCATE activities, replies, notifications, idempotency_keys');
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.database.end();
  }
}
