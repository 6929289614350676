import { Controller, Get, Header } from '@nestjs/common';
import { describeApi } from './openapi.js';

@Controller()
export class OpenApiController {
  private document: string | undefined;

  @Get('openapi.json')
  @Header('content-type', 'application/json')
  describe(): string {
    return (this.document ??= JSON.stringify(describeApi()));
  }
}
