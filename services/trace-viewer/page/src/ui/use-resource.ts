import { useEffect, useState } from 'preact/hooks';

export interface Resource<T> {
  readonly data: T | undefined;
  readonly error: Error | undefined;
  readonly loading: boolean;
}

/**
 * Loads again whenever `key` changes, and gives up the request before it. The old data stays until the new has come,
 * so that a page does not flicker; `undefined` as key loads nothing.
 */
export function useResource<T>(key: string | undefined, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<Resource<T>>({ data: undefined, error: undefined, loading: key !== undefined });
  useEffect(() => {
    if (key === undefined) {
      setState({ data: undefined, error: undefined, loading: false });
      return;
    }
    const controller = new AbortController();
    setState((previous) => ({ ...previous, loading: true }));
    load(controller.signal).then(
      (data) => !controller.signal.aborted && setState({ data, error: undefined, loading: false }),
      (error: unknown) =>
        !controller.signal.aborted &&
        setState((previous) => ({ data: previous.data, error: error as Error, loading: false })),
    );
    return () => controller.abort();
  }, [key]);
  return state;
}
