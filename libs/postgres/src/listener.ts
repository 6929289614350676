import { Logger } from '@nestjs/common';
import pg from 'pg';

const RECONNECT_MS = 500;

/**
 * Hears a channel's notifications (https://www.postgresql.org/docs/current/sql-notify.html) on a connection of its own,
 * and connects again whenever that is lost. What is notified meanwhile goes unheard: a listener needs a second way to
 * find out, such as a slow poll.
 */
export class Listener {
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly logger = new Logger(Listener.name);

  constructor(
    private readonly databaseUrl: string,
    private readonly channel: string,
    private readonly onNotification: () => void,
  ) {}

  /** Never rejects. */
  async start(): Promise<void> {
    const connectionString = this.databaseUrl;
    const client = new pg.Client({ connectionString, application_name: `listen ${this.channel}`, keepAlive: true });
    this.client = client;
    client.on('error', () => this.reconnect(client));
    client.on('end', () => this.reconnect(client));
    client.on('notification', () => this.onNotification());
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(this.channel)}`);
      this.onNotification();
    } catch (error) {
      this.logger.debug(`Cannot listen to ${this.channel}: ${(error as Error).message}`);
      this.reconnect(client);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private reconnect(lost: pg.Client): void {
    if (this.stopped || this.client !== lost) return;
    this.client = undefined;
    void lost.end().catch(() => undefined);
    this.timer = setTimeout(() => void this.start(), RECONNECT_MS).unref();
  }
}
