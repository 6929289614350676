import { useState } from 'preact/hooks';

/** Copies a text, and says so. */
export function CopyButton({ text, label, children }: { text: () => string; label?: string; children: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setState('copied');
    } catch {
      setState('failed');
    }
    setTimeout(() => setState('idle'), 1600);
  };
  return (
    <button type="button" class="button" aria-label={label} onClick={() => void copy()}>
      {state === 'idle' ? children : state === 'copied' ? 'Copied' : 'Not allowed to copy'}
      <span class="visually-hidden" role="status">
        {state === 'copied' ? 'Copied' : ''}
      </span>
    </button>
  );
}
