import { Controller, UseInterceptors } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import {
  ACTIVITY_CREATED,
  ACTIVITY_REPLIED,
  type ActivityCreated,
  ActivityCreatedSchema,
  type ActivityReplied,
  ActivityRepliedSchema,
} from '@cruddur/contracts';
import { AcknowledgeInterceptor, type CloudEvent, eventParser, EventUnacceptedError } from '@cruddur/messaging';
import { DatabaseUnavailableError } from '@cruddur/postgres';
import { metrics, trace } from '@opentelemetry/api';
import { TimelineStore } from './timeline.store.js';

const parseCreated = eventParser(ActivityCreatedSchema);
const parseReplied = eventParser(ActivityRepliedSchema);

/** What user-activities tells of activities. Every event counts once, however often and in which order they arrive. */
@Controller()
@UseInterceptors(AcknowledgeInterceptor)
export class ActivityEventsConsumer {
  private readonly processed = metrics.getMeter('cruddur.inbox').createCounter('cruddur.inbox.processed', {
    unit: '{event}',
    description: 'Deliveries; those with duplicate=true changed nothing',
  });

  constructor(private readonly timeline: TimelineStore) {}

  @EventPattern(ACTIVITY_CREATED)
  async created(@Payload() received: unknown): Promise<void> {
    const event: CloudEvent<ActivityCreated> = parseCreated(received);
    await this.process(event, event.data.uuid, () => this.timeline.append(event));
  }

  @EventPattern(ACTIVITY_REPLIED)
  async replied(@Payload() received: unknown): Promise<void> {
    const event: CloudEvent<ActivityReplied> = parseReplied(received);
    await this.process(event, event.data.activity_uuid, () => this.timeline.appendReply(event));
  }

  private async process({ id, type }: CloudEvent, activityUuid: string, append: () => Promise<boolean>): Promise<void> {
    const span = trace.getActiveSpan();
    span?.setAttributes({ 'messaging.message.id': id, 'cruddur.activity.uuid': activityUuid });
    try {
      const duplicate = !(await append());
      if (duplicate) span?.setAttribute('cruddur.inbox.duplicate', true);
      this.processed.add(1, { 'cruddur.event.type': type, 'cruddur.inbox.duplicate': duplicate });
    } catch (error) {
      if (error instanceof DatabaseUnavailableError)
        throw new EventUnacceptedError('the timeline cannot be written now');
      throw error;
    }
  }
}
