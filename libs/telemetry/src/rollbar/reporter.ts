import type { Attributes } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { DeliveryQueue } from '../export/delivery-queue.js';
import { printableUrl } from '../export/endpoint.js';
import { createExportLog } from '../export/export-log.js';
import { post } from '../export/post.js';
import type { TraceLink } from '../links/trace-link.js';
import type { Fault } from '../spans/report-fault.js';
import { type RollbarItem, toRollbarItem } from './item.js';
import type { RollbarSettings } from './settings.js';

const TIMEOUT_MS = 10_000;
const QUEUE = { maxQueueSize: 100, maxBatchSize: 1, scheduleDelayMs: 0, exportTimeoutMs: TIMEOUT_MS };
/** An outage makes every request fail in the same way: more of them tell nothing new, and cost money. */
const MAX_PER_MINUTE = 60;

/** Sends faults to Rollbar, one item each, from a queue of its own. */
export class RollbarReporter {
  readonly queue: DeliveryQueue<RollbarItem>;
  private minute = 0;
  private inThisMinute = 0;

  constructor(
    private readonly settings: RollbarSettings,
    private readonly links: readonly TraceLink[],
    logger: Logger,
  ) {
    const delivery = {
      name: `Rollbar (${printableUrl(settings.endpoint)})`,
      deliver: ([item]: RollbarItem[]) => this.send(item!),
    };
    // So that the first item has them, too.
    for (const link of links) void link.prepare?.();
    this.queue = new DeliveryQueue(delivery, QUEUE, createExportLog(logger, 'errors'));
  }

  /** @returns the item's uuid and link, for the span; nothing when it was one too many */
  readonly report = (fault: Fault): Attributes | undefined => {
    if (this.isOneTooMany()) {
      this.queue.countDropped(1, `more than ${MAX_PER_MINUTE} a minute`);
      return undefined;
    }
    const item = toRollbarItem(fault, this.settings, this.links);
    this.queue.push(item);
    const { uuid } = item.data;
    return { 'rollbar.item.uuid': uuid, 'rollbar.item.url': `https://rollbar.com/occurrence/uuid/?uuid=${uuid}` };
  };

  private isOneTooMany(): boolean {
    const minute = Math.floor(Date.now() / 60_000);
    if (minute !== this.minute) {
      this.minute = minute;
      this.inThisMinute = 0;
    }
    return ++this.inThisMinute > MAX_PER_MINUTE;
  }

  private async send(item: RollbarItem): Promise<void> {
    const headers = { 'content-type': 'application/json', 'x-rollbar-access-token': this.settings.accessToken };
    await post({ url: this.settings.endpoint, headers, body: JSON.stringify(item), timeoutMs: TIMEOUT_MS });
  }
}
