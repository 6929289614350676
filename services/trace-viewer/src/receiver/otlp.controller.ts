import { Controller, HttpCode, Inject, Logger, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Encoding } from '../store/engine.js';
import type { Store } from '../store/remote.js';
import { STORE } from '../tokens.js';
import { BodyTooLargeError, CorruptBodyError, decompress, UnsupportedEncodingError } from './body.js';
import { Intake } from './intake.js';
import type { Rejected } from './otlp/check.js';
import { countDataPoints } from './otlp/metrics.js';
import { MalformedRequestError } from './otlp/records.js';
import { CONTENT_TYPE, errorStatus, exportResponse, type RejectedField } from './otlp/response.js';

/** gRPC status codes, as google.rpc.Status carries them. */
const CODE = { invalid: 3, exhausted: 8, unavailable: 14, internal: 13 } as const;

/** OTLP/HTTP 1.9: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
@Controller('v1')
export class OtlpController {
  readonly #logger = new Logger('Receiver');

  constructor(
    @Inject(STORE) private readonly store: Store,
    @Inject(Intake) private readonly intake: Intake,
  ) {}

  @Post('traces')
  @HttpCode(200)
  traces(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#receive(request, reply, 'rejectedSpans', (body, encoding) =>
      this.store.call('traces', body, encoding),
    );
  }

  @Post('logs')
  @HttpCode(200)
  logs(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#receive(request, reply, 'rejectedLogRecords', (body, encoding) =>
      this.store.call('logs', body, encoding),
    );
  }

  @Post('metrics')
  @HttpCode(200)
  metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#receive(request, reply, 'rejectedDataPoints', (body, encoding) => {
      const count = countDataPoints(body, encoding);
      return Promise.resolve({ count, reason: 'this receiver keeps traces and logs, not metrics' });
    });
  }

  async #receive(
    request: FastifyRequest,
    reply: FastifyReply,
    field: RejectedField,
    take: (body: Buffer, encoding: Encoding) => Promise<Rejected>,
  ): Promise<void> {
    const encoding = encodingOf(request.headers['content-type']);
    const answer = (status: number, body: Buffer) =>
      void reply
        .status(status)
        .header('content-type', CONTENT_TYPE[encoding ?? 'json'])
        .send(body);
    const refuse = (status: number, code: number, message: string) =>
      answer(status, errorStatus(encoding ?? 'json', code, message));
    if (encoding === null)
      return refuse(415, CODE.invalid, 'Content-Type must be application/x-protobuf or application/json');
    if (this.intake.closing) {
      reply.header('retry-after', '1');
      return refuse(503, CODE.unavailable, 'the receiver is stopping');
    }
    let release: (() => void) | null = null;
    try {
      const raw = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
      const body = await decompress(raw, request.headers['content-encoding']);
      release = this.intake.reserve(body.byteLength);
      if (release === null) {
        void this.store.call('noteDropped', { requests: 1 }, 'the queue was full; senders were asked to retry');
        reply.header('retry-after', '1');
        return refuse(429, CODE.exhausted, 'the queue is full');
      }
      answer(200, exportResponse(encoding, field, await take(body, encoding)));
    } catch (error) {
      if (error instanceof BodyTooLargeError) return refuse(413, CODE.invalid, error.message);
      if (error instanceof UnsupportedEncodingError) return refuse(415, CODE.invalid, error.message);
      if (error instanceof MalformedRequestError || error instanceof CorruptBodyError)
        return refuse(400, CODE.invalid, error.message);
      this.#logger.error(error);
      // Retryable: what failed is the store, not the request.
      reply.header('retry-after', '5');
      return refuse(503, CODE.unavailable, 'the store did not take the request');
    } finally {
      release?.();
    }
  }
}

function encodingOf(contentType = ''): Encoding | null {
  const mediaType = contentType.split(';')[0]!.trim().toLowerCase();
  if (mediaType === 'application/x-protobuf') return 'protobuf';
  return mediaType === 'application/json' ? 'json' : null;
}
