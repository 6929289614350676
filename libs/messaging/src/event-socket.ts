import { JsonSocket } from '@nestjs/microservices';
import { holdWrites } from './hold-writes.js';

/** Nest's socket, for many events and many replies at a time. */
export class EventSocket extends JsonSocket {
  protected override handleSend(message: unknown, callback?: (error?: unknown) => void): void {
    holdWrites(this.netSocket);
    super.handleSend(message, callback);
  }
}
