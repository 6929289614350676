import { Body, Controller, Get, Header, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import type { Store } from '../store/remote.js';
import { STORE } from '../tokens.js';
import { parse, parseBody } from './parse.js';
import { BubbleUpRequest } from './schemas/bubble-up.js';
import { Dataset, QuerySpec } from './schemas/query.js';
import { ListValues } from './schemas/requests.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const InDataset = z.strictObject({ dataset: Dataset });
const ValuesInDataset = ListValues.extend({ dataset: Dataset });

@Controller('api')
export class QueryController {
  constructor(@Inject(STORE) private readonly store: Store) {}

  @Get('columns')
  @Header('content-type', JSON_TYPE)
  columns(@Query() query: unknown): Promise<string> {
    return this.store.json('listColumns', parse(InDataset, query).dataset);
  }

  @Get('columns/values')
  @Header('content-type', JSON_TYPE)
  values(@Query() query: unknown): Promise<string> {
    const { dataset, ...request } = parse(ValuesInDataset, query);
    return this.store.json('listValues', dataset, request);
  }

  @Post('query')
  @HttpCode(200)
  @Header('content-type', JSON_TYPE)
  query(@Query() query: unknown, @Body() body: unknown): Promise<string> {
    return this.store.json('query', parse(InDataset, query).dataset, parseBody(QuerySpec, body));
  }

  @Post('query/rows')
  @HttpCode(200)
  @Header('content-type', JSON_TYPE)
  rows(@Query() query: unknown, @Body() body: unknown): Promise<string> {
    return this.store.json('queryRows', parse(InDataset, query).dataset, parseBody(QuerySpec, body));
  }

  @Post('query/traces')
  @HttpCode(200)
  @Header('content-type', JSON_TYPE)
  traces(@Query() query: unknown, @Body() body: unknown): Promise<string> {
    return this.store.json('queryTraces', parse(InDataset, query).dataset, parseBody(QuerySpec, body));
  }

  @Post('bubbleup')
  @HttpCode(200)
  @Header('content-type', JSON_TYPE)
  bubbleUp(@Body() body: unknown): Promise<string> {
    return this.store.json('bubbleUp', parseBody(BubbleUpRequest, body));
  }
}
