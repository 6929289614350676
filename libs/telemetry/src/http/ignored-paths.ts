/** Probes of an orchestrator: traced and logged nowhere, nor is anything that they cause. */
const IGNORED_PATHS = new Set(['/health/live', '/health/ready']);

let isIgnoredToo: (path: string) => boolean = () => false;

/** Names further paths that are traced and logged nowhere: files that a page consists of, telemetry that is passed on. */
export function leaveUntraced(isIgnored: (path: string) => boolean): void {
  isIgnoredToo = isIgnored;
}

/** Compares the pathname only: `/health/live?probe=1` is ignored as well. */
export function isIgnoredTarget(target: string): boolean {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  return IGNORED_PATHS.has(path) || isIgnoredToo(path);
}
