import { useLayoutEffect, useState } from 'preact/hooks';
import { type RefObject } from 'preact';

/** An element's width in CSS pixels, kept up to date; 0 before it is measured. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return;
    const sizes = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    sizes.observe(element.current);
    setWidth(Math.floor(element.current.clientWidth));
    return () => sizes.disconnect();
  }, []);
  return width;
}
