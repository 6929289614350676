import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type EmbeddedPostgres, createDatabase, startEmbeddedPostgres } from './embedded-postgres.ts';
import { StartError } from './start-error.ts';

/** The PostgreSQL server that holds the services' databases. */
export interface DatabaseServer {
  /** For the terminal; without a password. */
  text: string;
  /** Makes the database when it is not there. @returns its URL */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
  /** At once, without waiting; the next start repairs what that leaves. */
  kill(): void;
}

/**
 * The server that DATABASE_URL names, which is left alone, or the embedded one.
 *
 * @param dataDir of the embedded one
 * @param say puts a line on the terminal
 * @throws StartError when DATABASE_URL is no use, or the embedded server does not start
 */
export async function openDatabaseServer(
  databaseUrl: string | undefined,
  dataDir: string,
  say: (line: string) => void,
): Promise<DatabaseServer> {
  return databaseUrl ? openGivenServer(databaseUrl) : EmbeddedServer.start(join(dataDir, 'postgres'), say);
}

function openGivenServer(databaseUrl: string): DatabaseServer {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new StartError('DATABASE_URL must be postgres://user:password@host:5432/database');
  }
  return {
    text: `${url.host} (DATABASE_URL)`,
    async createDatabase(name) {
      try {
        return await createDatabase(databaseUrl, name);
      } catch (error) {
        const { message, code } = error as NodeJS.ErrnoException;
        throw new StartError(`the database ${name} on ${url.host} (DATABASE_URL): ${message || code}`);
      }
    },
    stop: async () => {},
    kill: () => {},
  };
}

/** How a runner appears in pg_stat_activity. */
const PRESENCE = 'cruddur runner';
const RETRY_MS = 1_000;

/**
 * The embedded server, started again when it dies. An open session shows that a runner needs it, so that of several
 * runners on the same data only the last one stops it.
 */
class EmbeddedServer implements DatabaseServer {
  private readonly dataDir: string;
  private readonly say: (line: string) => void;
  private postgres!: EmbeddedPostgres;
  private presence!: pg.Client;
  private stopping = false;

  private constructor(dataDir: string, say: (line: string) => void) {
    this.dataDir = dataDir;
    this.say = say;
  }

  static async start(dataDir: string, say: (line: string) => void): Promise<EmbeddedServer> {
    const server = new EmbeddedServer(dataDir, say);
    try {
      await server.open();
    } catch (error) {
      throw new StartError((error as Error).message, { cause: error });
    }
    return server;
  }

  get text(): string {
    return `127.0.0.1:${this.postgres.port} (data in ${relative(process.cwd(), this.dataDir)})`;
  }

  createDatabase(name: string): Promise<string> {
    return this.postgres.createDatabase(name);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (await this.isNeededByOthers()) await this.presence.end();
    else await this.postgres.stop();
  }

  kill(): void {
    this.stopping = true;
    process.kill(this.postgres.pid, 'SIGQUIT');
  }

  private async open(port?: number): Promise<void> {
    this.postgres = await startEmbeddedPostgres({ dataDir: this.dataDir, port });
    this.presence = new pg.Client({ connectionString: this.postgres.url, application_name: PRESENCE, keepAlive: true });
    this.presence.on('error', () => {});
    await this.presence.connect();
    this.presence.once('end', () => void this.openAgain());
  }

  /** On the same port, where the services look for it. */
  private async openAgain(): Promise<void> {
    const { port } = this.postgres;
    if (!this.stopping) this.say('PostgreSQL ended; starting it again');
    while (!this.stopping) {
      try {
        await this.open(port);
        this.say('PostgreSQL is ready again');
        return;
      } catch (error) {
        if (!this.stopping) this.say(`PostgreSQL: ${(error as Error).message}`);
        await sleep(RETRY_MS);
      }
    }
  }

  private async isNeededByOthers(): Promise<boolean> {
    try {
      const others = 'select 1 from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()';
      return (await this.presence.query(others, [PRESENCE])).rowCount !== 0;
    } catch {
      return false;
    }
  }
}
