import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  type ActivityPage,
  HandleUnknownError,
  isUuid,
  normalizeHandle,
  type NotificationPage,
  type Profiles,
  type ProfilesRequest,
  type TimelineQuery,
  UserUnknownError,
  userActivitiesApi as api,
} from '@cruddur/contracts';
import { ActivityStore } from './activity.store.js';
import { NotificationStore } from './notification.store.js';
import { UserStore } from './user.store.js';

@Controller()
export class UsersController {
  constructor(
    private readonly users: UserStore,
    private readonly activities: ActivityStore,
    private readonly notifications: NotificationStore,
  ) {}

  @Get('users/:handle/activities')
  async listActivities(
    @Param('handle') typed: string,
    @Query({ schema: api.listUserActivities.query }) query: TimelineQuery,
  ): Promise<ActivityPage> {
    const handle = normalizeHandle(typed);
    if (handle === undefined) throw new HandleUnknownError();
    const page = await this.activities.listOfUser(handle, query);
    if (page.activities.length === 0 && !(await this.users.handleExists(handle))) throw new HandleUnknownError();
    return page;
  }

  @Get('users/:user_uuid/notifications')
  async listNotifications(
    @Param('user_uuid') userUuid: string,
    @Query({ schema: api.listNotifications.query }) query: TimelineQuery,
  ): Promise<NotificationPage> {
    if (!isUuid(userUuid)) throw new UserUnknownError(404);
    const page = await this.notifications.list(userUuid, query);
    if (page.activities.length === 0 && !(await this.users.exists(userUuid))) throw new UserUnknownError(404);
    return page;
  }

  @Post('profiles')
  @HttpCode(api.getProfiles.status)
  async getProfiles(@Body({ schema: api.getProfiles.body }) { user_uuids }: ProfilesRequest): Promise<Profiles> {
    return { profiles: await this.users.getProfiles(user_uuids) };
  }
}
