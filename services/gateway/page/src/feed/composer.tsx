import { useRef, useState } from 'preact/hooks';
import { DEFAULT_TTL, TTLS, type Ttl } from '../api/types.js';
import { ErrorNote } from '../ui/notes.js';
import { type Attempt, attemptAt, leftAfter } from './attempt.js';

interface ComposerProps {
  label: string;
  placeholder: string;
  button: string;
  maximum: number;
  /** Named in the trace of sending it. */
  trace: string;
  withTtl?: boolean;
  /** @param key the same for every attempt at the same message */
  send: (message: string, ttl: Ttl, key: string) => Promise<void>;
}

/** From here on one is told how much is left. */
const NEARLY_FULL = 0.8;

export function Composer({ label, placeholder, button, maximum, trace, withTtl, send }: ComposerProps) {
  const [message, setMessage] = useState('');
  const [ttl, setTtl] = useState<Ttl>(DEFAULT_TTL);
  const [error, setError] = useState<Error>();
  const [sending, setSending] = useState(false);
  const failed = useRef<Attempt>(undefined);
  const field = useRef<HTMLTextAreaElement>(null);
  // Code points, as the API counts: a flag or a family is several of them.
  const count = [...message].length;
  const over = count > maximum;
  const ready = message.trim() !== '' && !over && !sending;

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    setSending(true);
    setError(undefined);
    const attempt = attemptAt({ message, ttl }, failed.current);
    try {
      await send(message, ttl, attempt.key);
      failed.current = undefined;
      setMessage((written) => leftAfter(attempt, written));
      field.current?.focus();
    } catch (failure) {
      failed.current = attempt;
      setError(failure as Error);
    }
    setSending(false);
  };

  return (
    <form class="composer" data-trace={trace} onSubmit={(event) => void submit(event)}>
      <label class="visually-hidden" for={`composer-${trace}`}>
        {label}
      </label>
      <div class="grow" data-text={message}>
        <textarea
          ref={field}
          id={`composer-${trace}`}
          rows={2}
          placeholder={placeholder}
          value={message}
          aria-invalid={over}
          aria-describedby={`count-${trace}`}
          data-composer
          onInput={({ currentTarget }) => setMessage(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
      </div>
      <div class="composer-row">
        {withTtl && (
          <label class="ttl">
            <span>Gone in </span>
            <select
              aria-label="Gone in"
              value={ttl}
              onChange={({ currentTarget }) => setTtl(currentTarget.value as Ttl)}
            >
              {Object.entries(TTLS).map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          </label>
        )}
        <span id={`count-${trace}`} class={over ? 'count over' : 'count'} aria-live="polite">
          {over ? `${count - maximum} too many` : count > maximum * NEARLY_FULL ? `${maximum - count} left` : ''}
          <span class="visually-hidden">{count === 0 ? `At most ${maximum} characters` : ''}</span>
        </span>
        <Meter share={count / maximum} />
        <button class="button primary" type="submit" data-trace={trace} disabled={!ready}>
          {sending ? 'Sending…' : button}
        </button>
      </div>
      {error && <ErrorNote error={error} />}
    </form>
  );
}

/** A ring that fills up. */
function Meter({ share }: { share: number }) {
  const length = 2 * Math.PI * 8;
  return (
    <svg
      class={share > 1 ? 'meter over' : share > NEARLY_FULL ? 'meter nearly' : 'meter'}
      viewBox="0 0 20 20"
      aria-hidden="true"
    >
      <circle cx="10" cy="10" r="8" />
      {share > 0 && (
        <circle
          class="filled"
          cx="10"
          cy="10"
          r="8"
          stroke-dasharray={`${Math.min(1, share) * length} ${length}`}
          transform="rotate(-90 10 10)"
        />
      )}
    </svg>
  );
}
