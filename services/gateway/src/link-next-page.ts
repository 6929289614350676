import type { FastifyReply } from 'fastify';

/** `Link: <...>; rel="next"` (RFC 8288), with the query of this page. The last page has none. */
export function linkNextPage(
  reply: FastifyReply,
  path: string,
  { limit, term }: { limit: number; term?: string },
  nextCursor: string | null,
): void {
  if (nextCursor === null) return;
  const search = term === undefined ? '' : `term=${encodeURIComponent(term)}&`;
  void reply.header('link', `<${path}?${search}limit=${limit}&cursor=${encodeURIComponent(nextCursor)}>; rel="next"`);
}
