import { Controller, Get, Query } from '@nestjs/common';
import { type HomeTimelinePage, type TimelineQuery, TimelineQuerySchema } from '@cruddur/contracts';
import { HomeTimeline } from './home-timeline.js';

@Controller('activities')
export class HomeTimelineController {
  constructor(private readonly timeline: HomeTimeline) {}

  @Get('home')
  load(@Query({ schema: TimelineQuerySchema }) query: TimelineQuery): Promise<HomeTimelinePage> {
    return this.timeline.load(query);
  }
}
