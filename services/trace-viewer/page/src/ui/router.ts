import { computed, signal } from '@preact/signals';

/** The address bar is the page's state: path and search parameters, nothing beside it. */
const location = signal(new URL(window.location.href));

export const path = computed(() => location.value.pathname);
export const params = computed(() => location.value.searchParams);

window.addEventListener('popstate', () => arrive(new URL(window.location.href)));

export function navigate(to: string, { replace = false } = {}): void {
  const next = new URL(to, window.location.href);
  if (next.href === window.location.href) return;
  window.history[replace ? 'replaceState' : 'pushState'](null, '', next);
  if (arrive(next)) window.scrollTo(0, 0);
}

/** On another page, who reads by ear or goes on by keyboard is where it begins. */
function arrive(at: URL): boolean {
  const otherPage = at.pathname !== location.peek().pathname;
  location.value = at;
  if (otherPage) document.getElementById('main')?.focus({ preventScroll: true });
  return otherPage;
}

export type ParamChanges = Record<string, string | number | readonly string[] | null | undefined | false>;

/** The current address with some parameters changed; null, undefined, false and '' remove one. */
export function withParams(changes: ParamChanges, base: URL = location.value): string {
  const next = new URL(base);
  for (const [name, value] of Object.entries(changes)) {
    next.searchParams.delete(name);
    if (value === null || value === undefined || value === false || value === '') continue;
    for (const one of Array.isArray(value) ? (value as string[]) : [String(value)]) next.searchParams.append(name, one);
  }
  return next.pathname + next.search;
}

export function setParams(changes: ParamChanges, options?: { replace?: boolean }): void {
  navigate(withParams(changes, location.peek()), options);
}

/** Lets plain links move within the page. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link?.href || link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return;
  if (link.pathname.startsWith('/api/')) return;
  event.preventDefault();
  navigate(link.href);
}
