import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { loadPageFiles, type PageFile, sendPageFile } from '@cruddur/page-files';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG } from '../tokens.js';
import type { TraceViewerConfig } from '../trace-viewer.config.js';
import { NotFoundError } from './problem.js';

/** Serves the page's files, and its index for every address that the page itself understands. */
@Controller()
export class PageController {
  readonly #files: ReadonlyMap<string, PageFile>;

  constructor(@Inject(CONFIG) config: TraceViewerConfig) {
    this.#files = loadPageFiles(config.pageDir);
  }

  @Get('*')
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const path = request.url.split('?')[0]!;
    const isFile = /\.[a-z0-9]+$/i.test(path) && !path.startsWith('/trace');
    const file = this.#files.get(path) ?? (isFile ? undefined : this.#files.get('/index.html'));
    if (path.startsWith('/api/') || path.startsWith('/v1/')) throw new NotFoundError(`there is no ${path}`);
    if (file === undefined)
      throw new NotFoundError(
        this.#files.size > 0 ? `there is no ${path}` : 'the page is not built; /api/openapi.json is',
      );
    sendPageFile(request, reply, file);
  }
}
