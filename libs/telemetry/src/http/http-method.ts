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

/** Routes come from code and are few; should they ever not be, it begins anew now and then. */
const MAX_ROUTES = 1_000;
const namesOfRoutes = new Map<string, Map<string, string>>();

/** `GET /users/{handle}`, or the method alone; `HTTP` when it is not a known one. The same text every time, made once. */
export function spanName(method: string, route: string | undefined): string {
  const first = KNOWN_METHODS.has(method) ? method : 'HTTP';
  if (route === undefined) return first;
  let names = namesOfRoutes.get(route);
  if (!names) {
    if (namesOfRoutes.size >= MAX_ROUTES) namesOfRoutes.clear();
    names = new Map<string, string>();
    namesOfRoutes.set(route, names);
  }
  let name = names.get(first);
  if (name === undefined) names.set(first, (name = `${first} ${route}`));
  return name;
}
