import type { Socket } from 'node:net';
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
  /** Milliseconds without a word from the server, after which a connection in use is given up. By default 12,000. */
  silenceMs?: number;
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

  constructor({ databaseUrl, applicationName, silenceMs = 12_000 }: PostgresOptions) {
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
    });
    this.pool.on('error', (error) => this.logger.warn(`Lost an idle connection to ${this.address}: ${error.message}`));
    // The pool listens only while a connection is idle: one that breaks between two queries would end the process.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    // The server's own timeouts come first; this one is for a server that has gone without a word. The driver's
    // query_timeout would do, at the cost that sendTo() avoids.
    this.pool.on('connect', (client) => socketOf(client).on('timeout', () => socketOf(client).destroy()));
    this.pool.on('acquire', (client) => socketOf(client).setTimeout(silenceMs));
    this.pool.on('release', (_error, client) => socketOf(client).setTimeout(0));
  }

  async query<Row>(statement: Statement): Promise<Row[]> {
    try {
      return await sendTo<Row>(this.pool, statement);
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
      return await sendTo<Row>(client, statement);
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
      const result = await work({ query: (statement) => sendTo(client, statement) });
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

function socketOf({ connection: { stream } }: pg.PoolClient): Socket {
  return stream as Socket;
}

/** A pool or one of its clients. */
interface Sender {
  query(statement: Statement, answered: (error: Error | undefined, result: pg.QueryResult) => void): void;
}

/**
 * With a callback: for a promise the driver assigns a closure to a property of each query, and then all that the request
 * holds stays until a full collection (ADR 13).
 */
function sendTo<Row>(queryable: Sender, statement: Statement): Promise<Row[]> {
  return new Promise<Row[]>((resolve, reject) => {
    queryable.query(statement, (error, result) => (error ? reject(error) : resolve(result.rows as Row[])));
  }).catch((error: unknown) => {
    // In place of the socket's stack, which leads nowhere, that of whoever asked.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  });
}
