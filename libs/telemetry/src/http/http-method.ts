const KNOWN_METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
]);

/** Value of `http.request.method`: a known method, or `_OTHER`, so that a client cannot invent attribute values. */
export function knownMethod(method: string): string {
  return KNOWN_METHODS.has(method) ? method : '_OTHER';
}

/** The method as it stands in a span's name: `HTTP` when it is not a known one. */
export function methodForName(method: string): string {
  return KNOWN_METHODS.has(method) ? method : 'HTTP';
}
