import {
  type Encoding,
  errorStatus,
  exportResponse,
  MalformedOtlpError,
  OTLP_CONTENT_TYPE,
  relaySpans,
} from '@cruddur/telemetry/relay';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PAGE_HEADER } from './browser-traces.js';
import type { PageTokens } from './page-tokens.js';
import { RateLimit } from './rate-limit.js';
import { isSameOrigin } from './same-origin.js';

export const RELAY_PATH = '/v1/traces';

/** `service.name` of what happens in the browser. */
const SERVICE_NAME = 'cruddur-web';
const BODY_LIMIT_BYTES = 64 * 1024;
/** The page sends every few seconds, and when it is hidden. */
const PER_CLIENT = { burst: 30, perSecond: 2 };
const TOGETHER = { burst: 200, perSecond: 50 };
const RETRY_AFTER_S = 5;
const USER_AGENT_LENGTH = 512;

/** gRPC status codes, as google.rpc.Status carries them. */
const CODE = { invalid: 3, denied: 7, exhausted: 8, unavailable: 14, unauthenticated: 16 } as const;

/**
 * POST /v1/traces: takes the page's spans over OTLP/HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp) and hands
 * them to the gateway's own destinations, so that no browser ever needs a key.
 */
export function relayTracesOfPage(fastify: FastifyInstance, tokens: PageTokens): void {
  const limit = new RateLimit(PER_CLIENT, TOGETHER);
  // A scope of its own: elsewhere a body is JSON and nothing else.
  void fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(Object.values(OTLP_CONTENT_TYPE), { parseAs: 'buffer' }, (_request, body, parsed) =>
      parsed(null, body),
    );
    scope.setErrorHandler((error: FastifyError, request, reply) => refuseUnread(error, request, reply));
    scope.post(
      RELAY_PATH,
      {
        bodyLimit: BODY_LIMIT_BYTES,
        // Before the body is read.
        onRequest: (request, reply, next) => {
          if (!isSameOrigin(request)) return refuse(request, reply, 403, CODE.denied, 'only for the page itself');
          if (limit.take(request.ip)) return next();
          void reply.header('retry-after', RETRY_AFTER_S);
          refuse(request, reply, 429, CODE.exhausted, 'too many requests');
        },
      },
      (request, reply) => relay(request, reply, tokens),
    );
    done();
  });
}

function relay(request: FastifyRequest, reply: FastifyReply, tokens: PageTokens): void {
  const session = tokens.read(request.headers[PAGE_HEADER]);
  if (!session || session.ageing) void reply.header(PAGE_HEADER, tokens.issue(session?.tracePrefix));
  if (!session)
    return refuse(request, reply, 401, CODE.unauthenticated, `${PAGE_HEADER} is missing, forged or expired`);
  const encoding = encodingOf(request);
  const userAgent = request.headers['user-agent']?.slice(0, USER_AGENT_LENGTH);
  try {
    const { rejected, reason, full } = relaySpans(request.body as Buffer, encoding, {
      serviceName: SERVICE_NAME,
      tracePrefix: session.tracePrefix,
      attributes: { 'session.id': session.tracePrefix, 'user.id': request.userUuid },
      resource: { ...(userAgent && { 'user_agent.original': userAgent }) },
    });
    if (!full) return answer(reply, encoding, 200, exportResponse(encoding, rejected, reason));
    void reply.header('retry-after', RETRY_AFTER_S);
    refuse(request, reply, 503, CODE.unavailable, 'no destination has room for more');
  } catch (error) {
    if (!(error instanceof MalformedOtlpError)) throw error;
    refuse(request, reply, 400, CODE.invalid, error.message);
  }
}

/** What Fastify does not let through to the handler, and what went wrong in it. */
function refuseUnread(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode = 500 } = error;
  if (statusCode === 413) {
    // Reads on: a client that is still sending would see the connection break instead of the answer.
    void reply.removeHeader('connection');
    request.raw.resume();
    return refuse(request, reply, 413, CODE.invalid, `the body is larger than ${BODY_LIMIT_BYTES} bytes`);
  }
  if (statusCode === 415) {
    const types = Object.values(OTLP_CONTENT_TYPE).join(' or ');
    return refuse(request, reply, 415, CODE.invalid, `Content-Type must be ${types}`);
  }
  if (statusCode < 500) return refuse(request, reply, 400, CODE.invalid, 'the request is malformed');
  throw error;
}

function refuse(request: FastifyRequest, reply: FastifyReply, status: number, code: number, message: string): void {
  const encoding = encodingOf(request);
  answer(reply, encoding, status, errorStatus(encoding, code, message));
}

function answer(reply: FastifyReply, encoding: Encoding, status: number, body: Buffer): void {
  void reply
    .code(status)
    .header('content-type', OTLP_CONTENT_TYPE[encoding])
    .header('cache-control', 'no-store')
    .send(body);
}

function encodingOf({ headers }: FastifyRequest): Encoding {
  const mediaType = headers['content-type']?.split(';')[0]!.trim().toLowerCase();
  return mediaType === OTLP_CONTENT_TYPE.protobuf ? 'protobuf' : 'json';
}
