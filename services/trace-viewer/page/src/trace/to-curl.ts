import { type AttributeValue, type Span } from '../api/types.js';

/** The request that a span served or made, as a command for a shell; undefined when the span is not of HTTP. */
export function toCurl({ attributes }: Span): string | undefined {
  const method = text(attributes['http.request.method']);
  const url = text(attributes['url.full']) ?? assemble(attributes);
  // Anybody can send a span, and the command goes into a shell.
  if (!method || !/^[A-Z]+$/i.test(method) || !url || url.startsWith('-')) return undefined;
  const parts = ['curl', ...(method === 'GET' ? [] : ['-X', method])];
  if (['POST', 'PUT', 'PATCH'].includes(method))
    parts.push('-H', quote('content-type: application/json'), '-d', quote('{}'));
  return [...parts, quote(url)].join(' ');
}

function assemble(attributes: Record<string, AttributeValue>): string | undefined {
  const path = text(attributes['url.path']);
  if (!path) return undefined;
  const scheme = text(attributes['url.scheme']) ?? 'http';
  const host = text(attributes['server.address']) ?? 'localhost';
  const port = attributes['server.port'];
  const query = text(attributes['url.query']);
  return `${scheme}://${host}${typeof port === 'number' || typeof port === 'string' ? `:${port}` : ''}${path}${query ? `?${query}` : ''}`;
}

const text = (value: AttributeValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const quote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;
