import { loadPageFiles, sendPageFile } from '@cruddur/page-files';
import type { FastifyInstance } from 'fastify';
import type { PageTokens } from './page-tokens.js';

export interface PageOptions {
  /** Of the built page. */
  directory: string;
  /** Undefined when the browser's spans are not taken; the page then makes none. */
  tokens?: PageTokens;
  /** Where a trace can be seen, with `{trace_id}` in it. */
  traceUrl?: string;
}

/** Addresses that the page itself understands. */
const VIEWS = ['/', '/search', '/notifications', '/activities/:uuid', '/@:handle'];
const IS_VIEW = /^\/(?:|search|notifications|activities\/[^/]*|@[^/]*)$/;
const INDEX = '/index.html';
const SETTINGS = '<!-- settings -->';

/** Everything that the page loads comes from here, and no other page may frame it or read it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/**
 * Serves the feed page at `/`, its files, and its index at every address that the page understands.
 *
 * @returns whether a path is one of the page's; undefined when the page is not built
 */
export function servePage(
  fastify: FastifyInstance,
  { directory, tokens, traceUrl }: PageOptions,
): ((path: string) => boolean) | undefined {
  const files = loadPageFiles(directory);
  const index = files.get(INDEX)?.body.toString();
  if (index === undefined) return undefined;
  for (const [path, file] of files) {
    if (path !== INDEX) fastify.get(path, (request, reply) => sendPageFile(request, reply.headers(HEADERS), file));
  }
  for (const view of VIEWS) {
    fastify.get(view, (_request, reply) => {
      const settings = [meta('trace-url', traceUrl), meta('page-token', tokens?.issue())].join('');
      // Never stored: each load of the page is a session of its own.
      void reply
        .headers({ ...HEADERS, 'cache-control': 'no-store', 'content-type': files.get(INDEX)!.type })
        .send(index.replace(SETTINGS, () => settings));
    });
  }
  return (path) => IS_VIEW.test(path) || (path !== INDEX && files.has(path));
}

function meta(name: string, content: string | undefined): string {
  if (!content) return '';
  const text = content.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<meta name="${name}" content="${text}" />`;
}
