/** Where a trace can be looked at. */
export interface TraceLink {
  /** As it is called in messages: `Honeycomb`, `localhost:16686`. */
  name: string;
  /** The address of a trace of about now; undefined as long as that is not known. Never waits. */
  url(traceId: string): string | undefined;
  /** Finds out what {@link url} needs to know; never rejects. */
  prepare?(): Promise<void>;
}

/** The addresses that are known. */
export function traceUrls(links: readonly TraceLink[], traceId: string): string[] {
  return links.map((link) => link.url(traceId)).filter((url) => url !== undefined);
}
