import type { Socket } from 'node:net';
import { type ErrorCode, PROBLEM_MEDIA_TYPE, ProblemError } from '@cruddur/contracts';

const ANSWERS: Record<string, ProblemError> = {
  HPE_HEADER_OVERFLOW: new ProblemError(431, { errors: ['headers_too_large'] satisfies ErrorCode[] }),
  ERR_HTTP_REQUEST_TIMEOUT: new ProblemError(408, { errors: ['request_timeout'] satisfies ErrorCode[] }),
};
const MALFORMED = new ProblemError(400, { errors: ['request_malformed'] satisfies ErrorCode[] });

/**
 * Answers what Node's HTTP parser refuses, before there is a request: there is no span yet, so the problem has no
 * `trace_id`.
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  // The peer is gone, or a response of an earlier request on this socket is half written.
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const problem = ANSWERS[error.code ?? ''] ?? MALFORMED;
  const body = JSON.stringify(problem.toProblem());
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function isAnswering(socket: Socket & { _httpMessage?: { headersSent: boolean } | null }): boolean {
  return socket._httpMessage?.headersSent === true;
}
