import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import {
  type Activity,
  ActivityNotFoundError,
  type CreateActivityRequest,
  CreateActivityRequestSchema,
  type CreateReplyRequest,
  CreateReplyRequestSchema,
  HandleUnknownError,
  isUuid,
  normalizeHandle,
  type Notification,
  type Reply,
  type SearchQuery,
  SearchQuerySchema,
  type TimelineQuery,
  TimelineQuerySchema,
} from '@cruddur/contracts';
import type { FastifyReply } from 'fastify';
import { HomeActivitiesClient } from './home-activities.client.js';
import { IdempotencyKey } from './idempotency-key.js';
import { linkNextPage } from './link-next-page.js';
import { RequestingUser } from './requesting-user.js';
import { UserActivitiesClient } from './user-activities.client.js';

@Controller('activities')
export class ActivitiesController {
  constructor(
    private readonly homeActivities: HomeActivitiesClient,
    private readonly userActivities: UserActivitiesClient,
  ) {}

  @Get('home')
  async home(
    @Query({ schema: TimelineQuerySchema }) query: TimelineQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Activity[]> {
    const page = await this.homeActivities.loadHomeTimeline(query);
    if (page.degraded) void reply.header('cruddur-degraded', 'user-activities');
    linkNextPage(reply, '/api/activities/home', query, page.next_cursor);
    return page.activities;
  }

  @Get('search')
  async search(
    @Query({ schema: SearchQuerySchema }) query: SearchQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Activity[]> {
    const page = await this.userActivities.searchActivities(query);
    linkNextPage(reply, '/api/activities/search', query, page.next_cursor);
    return page.activities;
  }

  @Get('notifications')
  async notifications(
    @RequestingUser() userUuid: string,
    @Query({ schema: TimelineQuerySchema }) query: TimelineQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Notification[]> {
    const page = await this.userActivities.listNotifications(userUuid, query);
    linkNextPage(reply, '/api/activities/notifications', query, page.next_cursor);
    return page.activities;
  }

  @Get('@:handle')
  async byHandle(
    @Param('handle') typed: string,
    @Query({ schema: TimelineQuerySchema }) query: TimelineQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Activity[]> {
    const handle = normalizeHandle(typed);
    if (handle === undefined) throw new HandleUnknownError();
    const page = await this.userActivities.listUserActivities(handle, query);
    linkNextPage(reply, `/api/activities/@${handle}`, query, page.next_cursor);
    return page.activities;
  }

  @Get(':uuid')
  byUuid(@Param('uuid') uuid: string): Promise<Activity> {
    return this.userActivities.getActivity(knownUuid(uuid));
  }

  @Post()
  create(
    @RequestingUser() userUuid: string,
    @IdempotencyKey() key: string | undefined,
    @Body({ schema: CreateActivityRequestSchema }) { message, ttl }: CreateActivityRequest,
  ): Promise<Activity> {
    return this.userActivities.createActivity({ user_uuid: userUuid, message, ttl }, key);
  }

  @Post(':uuid/reply')
  reply(
    @Param('uuid') uuid: string,
    @RequestingUser() userUuid: string,
    @IdempotencyKey() key: string | undefined,
    @Body({ schema: CreateReplyRequestSchema }) { message }: CreateReplyRequest,
  ): Promise<Reply> {
    return this.userActivities.createReply(knownUuid(uuid), { user_uuid: userUuid, message }, key);
  }
}

/** What is no uuid names no activity; user-activities need not be asked. */
function knownUuid(uuid: string): string {
  if (!isUuid(uuid)) throw new ActivityNotFoundError();
  return uuid.toLowerCase();
}
