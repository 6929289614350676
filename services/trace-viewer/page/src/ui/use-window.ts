import { useEffect, useState } from 'preact/hooks';
import { type RefObject } from 'preact';

/** The rows of a long list that are in its scroll box, with some above and below: a list of 10,000 draws 60. */
export function useWindow(box: RefObject<HTMLElement | null>, rowCount: number, rowHeight: number, overscan = 12) {
  const [view, setView] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let frame = 0;
    const measure = () => {
      frame = 0;
      setView({ top: element.scrollTop, height: element.clientHeight });
    };
    const later = () => (frame ||= requestAnimationFrame(measure));
    const sizes = new ResizeObserver(later);
    sizes.observe(element);
    element.addEventListener('scroll', later, { passive: true });
    measure();
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      element.removeEventListener('scroll', later);
    };
  }, []);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
  const last = Math.min(rowCount, Math.ceil((view.top + view.height) / rowHeight) + overscan);
  return { first: Math.min(first, last), last };
}

/** Scrolls as little as is needed to show a row below the list's sticky head. */
export function revealRow(box: HTMLElement | null, index: number, rowHeight: number, margin = 2): void {
  if (!box || index < 0) return;
  const top = (index - margin) * rowHeight;
  const bottom = (index + 1 + margin) * rowHeight;
  if (top < box.scrollTop) box.scrollTop = Math.max(0, top);
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
