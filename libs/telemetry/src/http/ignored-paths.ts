/** Probes of an orchestrator: traced and logged nowhere, nor is anything that they cause. */
const IGNORED_PATHS = new Set(['/health/live', '/health/ready']);

/** Compares the pathname only: `/health/live?probe=1` is ignored as well. */
export function isIgnoredTarget(target: string): boolean {
  const mark = target.indexOf('?');
  return IGNORED_PATHS.has(mark === -1 ? target : target.slice(0, mark));
}
