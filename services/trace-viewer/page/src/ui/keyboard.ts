import { useLayoutEffect, useRef } from 'preact/hooks';

/** What a key does; false when it had nothing to do and is left to others. */
export type Shortcuts = Record<string, (event: KeyboardEvent) => unknown>;

const TICKED = ['checkbox', 'radio', 'button', 'file'];

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    ['TEXTAREA', 'SELECT'].includes(target.tagName) ||
    (target instanceof HTMLInputElement && !TICKED.includes(target.type)));

/** Enter belongs to the button or link that has the focus. */
const presses = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' && event.target instanceof Element && !!event.target.closest('a, button, summary, [role=menu]');

/** Single keys while this component is shown. Silent while somebody types or a dialog is open; Escape always counts. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (document.querySelector('dialog[open]')) return;
      if (typing(event.target)) {
        if (event.key === 'Escape') (event.target as HTMLElement).blur();
        return;
      }
      const action = presses(event) ? undefined : latest.current[event.key];
      if (action && action(event) !== false) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
