import { useRef, useState } from 'preact/hooks';
import { post } from '../api/client.js';
import { type ImportResult } from '../api/types.js';
import { navigate } from '../ui/router.js';

/** Takes a file of OTLP JSON, as the export and the Collector's file exporter write it, and opens what was in it. */
export function ImportButton() {
  const file = useRef<HTMLInputElement>(null);
  const [message, setMessage] = useState('');
  const take = async (chosen: File) => {
    setMessage('Importing …');
    try {
      const result = await post<ImportResult>('import', await chosen.text());
      setMessage(`${result.spans} spans imported`);
      if (result.trace_ids.length === 1) navigate(`/traces/${result.trace_ids[0]}`);
    } catch (error) {
      setMessage(`Not imported: ${(error as Error).message}`);
    }
    setTimeout(() => setMessage(''), 6000);
  };
  return (
    <>
      <button type="button" class="button" onClick={() => file.current?.click()}>
        {message || 'Import'}
      </button>
      <span class="visually-hidden" role="status">
        {message}
      </span>
      <input
        ref={file}
        type="file"
        hidden
        accept=".json,.jsonl,application/json"
        aria-label="OTLP JSON file"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (chosen) void take(chosen);
        }}
      />
    </>
  );
}
