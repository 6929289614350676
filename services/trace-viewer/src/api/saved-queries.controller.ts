import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { z } from 'zod';
import { parse, parseBody } from './parse.js';
import { SavedQueries } from './saved-queries.js';
import { SavedQuery } from './schemas/query.js';
import type { SavedQueryList } from './schemas/results.js';

/** Becomes a file name. */
const Slug = z.string().regex(/^[a-z0-9-]{1,80}$/, 'must be 1 to 80 of a-z, 0-9 and -');

@Controller('api/queries')
export class SavedQueriesController {
  constructor(@Inject(SavedQueries) private readonly savedQueries: SavedQueries) {}

  @Get()
  list(): Promise<SavedQueryList> {
    return this.savedQueries.list();
  }

  @Put(':slug')
  @HttpCode(204)
  save(@Param('slug') slug: string, @Body() body: unknown): Promise<void> {
    return this.savedQueries.save(parse(Slug, slug), parseBody(SavedQuery, body));
  }

  @Delete(':slug')
  @HttpCode(204)
  remove(@Param('slug') slug: string): Promise<void> {
    return this.savedQueries.remove(parse(Slug, slug));
  }
}
