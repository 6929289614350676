import { Controller, Get, Query } from '@nestjs/common';
import {
  type ExportedActivities,
  type ExportedReplies,
  type ExportSize,
  type TimelineQuery,
  userActivitiesApi as api,
} from '@cruddur/contracts';
import { ExportStore } from './export.store.js';

@Controller('exports')
export class ExportsController {
  constructor(private readonly exports: ExportStore) {}

  @Get()
  measure(): Promise<ExportSize> {
    return this.exports.measure();
  }

  @Get('activities')
  activities(@Query({ schema: api.exportActivities.query }) query: TimelineQuery): Promise<ExportedActivities> {
    return this.exports.activities(query);
  }

  @Get('replies')
  replies(@Query({ schema: api.exportReplies.query }) query: TimelineQuery): Promise<ExportedReplies> {
    return this.exports.replies(query);
  }
}
