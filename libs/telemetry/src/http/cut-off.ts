import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ServerHttp2Stream, constants } from 'node:http2';

const streamOf = (request: IncomingMessage) => (request as { stream?: ServerHttp2Stream }).stream;

/** Whether an answer that is closed did not get through. One to a request that Fastify injects has no connection that could be cut. */
export function isCutOff({ writableFinished, writableEnded, req }: ServerResponse): boolean {
  const stream = streamOf(req);
  // Node finishes the stream of HTTP/2 that a client gives up.
  if (stream) return stream.aborted || !writableFinished;
  return !writableFinished && !(writableEnded && req.socket.readableEnded === undefined);
}

/** Otherwise this side has cut it off. */
export function hasClientLeft({ writableFinished, req }: ServerResponse): boolean {
  const stream = streamOf(req);
  if (stream) return writableFinished || stream.rstCode === constants.NGHTTP2_CANCEL;
  return req.socket.readableEnded || (req.socket.errored != null && 'code' in req.socket.errored);
}
