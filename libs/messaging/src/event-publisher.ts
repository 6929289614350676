import { withOutboundEvent } from '@cruddur/telemetry/microservices';
import { type ClientProxy, ClientTCP, RmqRecordBuilder } from '@nestjs/microservices';
import type { Attributes } from '@opentelemetry/api';
import { lastValueFrom, type Observable, timeout } from 'rxjs';
import type { CloudEvent } from './cloud-event.js';
import { EventSocket } from './event-socket.js';
import { RabbitMqClient } from './rabbitmq-client.js';

export interface EventPublisherOptions {
  /** `tcp://host:port`, or `amqp://...` for a RabbitMQ. */
  url: string;
  /** The receiver's queue, when there is a broker. */
  queue: string;
  /** How long an event may take to be acknowledged. Milliseconds. */
  timeoutMs: number;
}

export interface OutgoingEvent {
  event: CloudEvent;
  /** For the producer span, beside `messaging.message.id`. */
  attributes?: Attributes;
  /** The trace that it belongs to, as the propagator wrote it. */
  carrier?: Record<string, string>;
}

/** Sends events one by one, and says of each that it has been taken: by the receiver over TCP, or by the broker. */
export class EventPublisher {
  private readonly client: Pick<ClientProxy, 'connect' | 'close'>;
  private readonly send: (event: CloudEvent) => Observable<unknown>;
  private readonly timeoutMs: number;

  constructor({ url, queue, timeoutMs }: EventPublisherOptions) {
    this.timeoutMs = timeoutMs;
    const { protocol, hostname, port } = new URL(url);
    if (protocol === 'tcp:') {
      const client = (this.client = new ClientTCP({
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port),
        socketClass: EventSocket,
      }));
      // emit() over TCP resolves when the bytes have left: only a reply says that the event has been processed.
      this.send = (event) => client.send(event.type, event);
    } else {
      const client = (this.client = new RabbitMqClient(url, queue));
      // emit() resolves with the broker's confirm.
      this.send = (event) => client.emit(event.type, toRecord(event));
    }
  }

  /** Rejects while nobody is there to take events. At once when the connection is up. */
  async connect(): Promise<void> {
    await this.within(this.client.connect());
  }

  /** @throws what the client rejects with; `refusalOf` says what it means */
  async publish({ event, attributes, carrier }: OutgoingEvent): Promise<void> {
    const all = { 'messaging.message.id': event.id, ...attributes };
    await withOutboundEvent({ attributes: all, carrier }, () =>
      lastValueFrom(this.send(event).pipe(timeout(this.timeoutMs)), { defaultValue: undefined }),
    );
  }

  async close(): Promise<void> {
    await this.within(Promise.resolve(this.client.close())).catch(() => undefined);
  }

  private async within<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.timeoutMs} ms`)), this.timeoutMs);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  }
}

function toRecord(event: CloudEvent) {
  return new RmqRecordBuilder(event)
    .setOptions({ messageId: event.id, contentType: 'application/json', persistent: true })
    .build();
}
