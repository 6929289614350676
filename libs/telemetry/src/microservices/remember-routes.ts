/** The part of Nest's Server that turns what arrived as a pattern into the key of a handler. */
interface Router {
  getRouteFromPattern?: (pattern: string) => string;
}

/** Patterns come from outside: those beyond this number are worked out each time. */
const LIMIT = 1_000;

/**
 * Nest tries to parse every message's pattern as JSON, and learns from an exception that a name is none: that costs more
 * than a span does. A pattern has one route, so the tracing of a server gives back here some of what it takes.
 */
export function rememberRoutes(server: Router): void {
  const work = server.getRouteFromPattern;
  if (typeof work !== 'function') return;
  const routes = new Map<string, string>();
  server.getRouteFromPattern = (pattern) => {
    const known = routes.get(pattern);
    if (known !== undefined) return known;
    const route = work.call(server, pattern);
    if (routes.size < LIMIT) routes.set(pattern, route);
    return route;
  };
}
