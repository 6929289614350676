import { Body, Controller, Get, Headers, Param, Post, Query } from '@nestjs/common';
import {
  type Activity,
  ActivityNotFoundError,
  type ActivityPage,
  type CreateActivityCommand,
  type CreateReplyCommand,
  IdempotencyKeySchema,
  isUuid,
  parseInput,
  type Reply,
  type SearchQuery,
  type TimelineQuery,
  userActivitiesApi as api,
} from '@cruddur/contracts';
import { ActivityService } from './activity.service.js';
import { ActivityStore } from './activity.store.js';

@Controller('activities')
export class ActivitiesController {
  constructor(
    private readonly activities: ActivityStore,
    private readonly service: ActivityService,
  ) {}

  @Get()
  list(@Query({ schema: api.listActivities.query }) query: TimelineQuery): Promise<ActivityPage> {
    return this.activities.list(query);
  }

  @Get('search')
  search(@Query({ schema: api.searchActivities.query }) query: SearchQuery): Promise<ActivityPage> {
    return this.activities.search(query);
  }

  @Get(':uuid')
  async get(@Param('uuid') uuid: string): Promise<Activity> {
    const activity = isUuid(uuid) ? await this.activities.get(uuid) : undefined;
    if (!activity) throw new ActivityNotFoundError();
    return activity;
  }

  @Post()
  create(
    @Body({ schema: api.createActivity.body }) command: CreateActivityCommand,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<Activity> {
    return this.service.createActivity(command, readKey(key));
  }

  @Post(':uuid/replies')
  reply(
    @Param('uuid') uuid: string,
    @Body({ schema: api.createReply.body }) command: CreateReplyCommand,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<Reply> {
    if (!isUuid(uuid)) throw new ActivityNotFoundError();
    return this.service.createReply({ ...command, activity_uuid: uuid }, readKey(key));
  }
}

function readKey(header: string | undefined): string | undefined {
  return header === undefined ? undefined : parseInput(IdempotencyKeySchema, header);
}
