import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Live } from './live.js';

@Controller('api')
export class LiveController {
  constructor(@Inject(Live) private readonly live: Live) {}

  @Get('stream')
  async stream(@Res() reply: FastifyReply): Promise<void> {
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    await this.live.watch(reply.raw);
  }
}
