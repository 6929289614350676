import { Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decompress } from '../receiver/body.js';
import type { Store } from '../store/remote.js';
import { STORE } from '../tokens.js';
import { parse } from './parse.js';
import { NotFoundError } from './problem.js';
import { TraceId } from './schemas/fields.js';
import { ExportTraces, ListLogs, ListTraces, TimeWindow } from './schemas/requests.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** What is in the store, read as it is. Answers are JSON text made by the store's thread. */
@Controller('api')
export class TracesController {
  constructor(@Inject(STORE) private readonly store: Store) {}

  @Get('traces')
  @Header('content-type', JSON_TYPE)
  list(@Query() query: unknown): Promise<string> {
    return this.store.json('listTraces', parse(ListTraces, query));
  }

  @Get('traces/:traceId')
  @Header('content-type', JSON_TYPE)
  async trace(@Param('traceId') id: string): Promise<string> {
    const traceId = parse(TraceId, id);
    const trace = await this.store.json('trace', traceId);
    if (trace === 'null') throw new NotFoundError(`nothing of trace ${traceId} is stored`);
    return trace;
  }

  @Get('services')
  @Header('content-type', JSON_TYPE)
  services(@Query() query: unknown): Promise<string> {
    return this.store.json('listServices', parse(TimeWindow, query));
  }

  @Get('logs')
  @Header('content-type', JSON_TYPE)
  logs(@Query() query: unknown): Promise<string> {
    return this.store.json('listLogs', parse(ListLogs, query));
  }

  @Get('status')
  @Header('content-type', JSON_TYPE)
  status(): Promise<string> {
    return this.store.json('status');
  }

  @Get('export')
  async export(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { trace_id: ids } = parse(ExportTraces, query);
    const document = await this.store.json('export', ids);
    const name = ids.length === 1 ? `trace-${ids[0]}.json` : 'traces.json';
    void reply
      .header('content-type', JSON_TYPE)
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(document);
  }

  @Post('import')
  @HttpCode(200)
  @Header('content-type', JSON_TYPE)
  async import(@Req() request: FastifyRequest): Promise<string> {
    const raw = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
    return this.store.json('import', await decompress(raw, request.headers['content-encoding']));
  }
}
