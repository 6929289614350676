import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { describeDatabase } from './database-url.js';
import { DatabaseUnavailableError, isUnavailable } from './unavailable.js';

/**
 * A named statement: the server keeps its plan per connection, and its name is what a trace shows. One name, one text.
 * Values are always parameters, because the text is recorded as it is.
 */
export interface Statement {
  name: string;
  text: string;
  values?: unknown[];
}

/** A statement on one line, however its source was laid out: its text goes into every span. */
export function statement(name: string, text: string): Statement {
  return { name, text: text.replace(/\s+/g, ' ').trim() };
}

/** The database, or one transaction on it. */
export interface Queryable {
  query<Row>(statement: Statement): Promise<Row[]>;
}

export interface PostgresOptions {
  /** postgres://user:password@host:port/database */
  databaseUrl: string;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

/** Statements that share a connection. */
interface Group {
  client: Promise<pg.PoolClient>;
  size: number;
  unanswered: number;
}

/** Commits on one connection wait for the disk one after the other, those of several connections together. */
const GROUP_SIZE = 10;

const READY = statement('ready', 'select 1');
const READY_WITHIN_MS = 1_000;

/** A connection pool that outlives its server: what fails is the query of the moment, and the next one connects anew. */
export class Postgres implements Queryable, OnApplicationShutdown {
  /** Where it is, without user or password. */
  readonly address: string;
  private readonly logger = new Logger(Postgres.name);
  private readonly pool: pg.Pool;
  private group: Group | undefined;

  constructor({ databaseUrl, applicationName }: PostgresOptions) {
    this.address = describeDatabase(databaseUrl);
    this.pool = new pg.Pool({
      connectionString: databaseUrl,
      application_name: applicationName,
      max: 10,
      connectionTimeoutMillis: 3_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      // A statement need not wait for the answer to the one before: queryTogether() makes use of it.
      pipeline: true,
      statement_timeout: 10_000,
      idle_in_transaction_session_timeout: 10_000,
      // The server's own timeout comes first; this one is for a server that has gone without a word.
      query_timeout: 12_000,
    });
    this.pool.on('error', (error) => this.logger.warn(`Lost an idle connection to ${this.address}: ${error.message}`));
    // The pool listens only while a connection is idle: one that breaks between two queries would end the process.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async query<Row>(statement: Statement): Promise<Row[]> {
    try {
      return (await this.pool.query(statement)).rows as Row[];
    } catch (error) {
      throw this.explain(error);
    }
  }

  /**
   * As `query`, for statements that come in numbers: those of one turn of the event loop share connections and travel in
   * packets, none waits for the answer to the one before. Each is a transaction of its own all the same.
   */
  async queryTogether<Row>(statement: Statement): Promise<Row[]> {
    const group = (this.group ??= this.openGroup());
    group.size++;
    group.unanswered++;
    if (group.size === GROUP_SIZE) this.group = undefined;
    try {
      const client = await group.client;
      return (await client.query(statement)).rows as Row[];
    } catch (error) {
      throw this.explain(error);
    } finally {
      group.unanswered--;
      if (group.unanswered === 0) this.closeGroup(group);
    }
  }

  private openGroup(): Group {
    // A group that stayed open under load would never give its connection back.
    setImmediate(() => (this.group = undefined));
    const client = this.pool.connect().then((connected) => {
      const { stream } = connected.connection;
      stream.cork();
      process.nextTick(() => stream.uncork());
      return connected;
    });
    return { client, size: 0, unanswered: 0 };
  }

  private closeGroup(group: Group): void {
    if (this.group === group) this.group = undefined;
    group.client.then(
      (client) => client.release(),
      () => undefined,
    );
  }

  /** Runs `work` in one READ COMMITTED transaction: committed when it resolves, rolled back when it rejects. */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw this.explain(error);
    });
    try {
      await client.query('BEGIN');
      const result = await work({
        query: async <Row>(statement: Statement) => (await client.query(statement)).rows as Row[],
      });
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      // Where even ROLLBACK fails the connection is broken and must leave the pool.
      await client.query('ROLLBACK').then(
        () => client.release(),
        () => client.release(true),
      );
      throw this.explain(error);
    }
  }

  /** For readiness. @throws DatabaseUnavailableError when the database does not answer within a second. */
  async ping(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new DatabaseUnavailableError(this.address, 'no answer within a second')),
        READY_WITHIN_MS,
      );
    });
    try {
      await Promise.race([this.query(READY), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Nest calls this after the HTTP server has drained, so no request loses its connection. */
  async onApplicationShutdown(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }

  private explain(error: unknown): unknown {
    return isUnavailable(error) ? new DatabaseUnavailableError(this.address, error) : error;
  }
}
