import { computed, signal } from '@preact/signals';

/** The address bar is the page's state: path and search term. */
const location = signal(new URL(window.location.href));

export const path = computed(() => location.value.pathname);
export const term = computed(() => location.value.searchParams.get('term') ?? '');

window.addEventListener('popstate', () => arrive(new URL(window.location.href)));

export function navigate(to: string): void {
  const next = new URL(to, window.location.href);
  if (next.href === window.location.href) return;
  window.history.pushState(null, '', next);
  arrive(next);
  window.scrollTo(0, 0);
}

/** In another view, who reads by ear or goes on by keyboard is where it begins. */
function arrive(at: URL): void {
  const otherView = at.pathname !== location.peek().pathname;
  location.value = at;
  if (otherView) document.getElementById('main')?.focus({ preventScroll: true });
}

/** Lets plain links move within the page. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link?.href || link.target || link.origin !== window.location.origin || link.hash) return;
  event.preventDefault();
  navigate(link.href);
}
