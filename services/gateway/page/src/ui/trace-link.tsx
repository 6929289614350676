import type { ComponentChildren } from 'preact';

const template = document.querySelector<HTMLMetaElement>('meta[name="trace-url"]')?.content;

interface TraceLinkProps {
  traceId: string;
  children?: ComponentChildren;
}

/** A trace where it can be seen; only its id where the gateway was not told where that is. */
export function TraceLink({ traceId, children }: TraceLinkProps) {
  if (!template) return <code class="trace-id">{traceId}</code>;
  return (
    <a class="trace-link" href={template.replace('{trace_id}', traceId)} target="_blank" rel="noopener">
      {children ?? (
        <>
          trace <code>{traceId.slice(0, 8)}…</code>
        </>
      )}
    </a>
  );
}
