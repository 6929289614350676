import { exportSpans, flush } from './exporter.js';
import { currentInteraction, startInteraction } from './interaction.js';
import { tracePageLoad } from './page-load.js';
import { isTraced, newTraceId } from './session.js';
import { INTERNAL, Span } from './span.js';
import { traceFetch } from './trace-fetch.js';

export { type Finished, onFinished } from './interaction.js';

/** Errors beyond this many are the same one, again and again. */
const MAX_ERRORS = 20;
let errors = 0;

/**
 * Traces this page: its loading, what people do in it, the requests that follow, and what goes wrong. Runs before the
 * page itself, so that nothing escapes it.
 */
export function startTracing(): void {
  if (!isTraced()) return;
  traceFetch();
  tracePageLoad();
  document.addEventListener('click', onInput, { capture: true });
  document.addEventListener('submit', onInput, { capture: true });
  window.addEventListener('error', ({ error, message }) => recordError(error ?? message));
  window.addEventListener('unhandledrejection', ({ reason }) => recordError(reason));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return;
    currentInteraction()?.finish();
    flush();
  });
}

/** Names what a key did, which no element tells. */
export function traceAction(target: string): void {
  if (isTraced()) startInteraction(`press ${target}`, { 'cruddur.interaction.type': 'key' });
}

/** `data-trace` names what can be clicked; what has no name does nothing that is worth a trace. */
function onInput({ type, target }: Event): void {
  const named = type === 'submit' ? 'form[data-trace]' : 'a[data-trace], button[data-trace]';
  const name = (target as Element | null)?.closest?.<HTMLElement>(named)?.dataset['trace'];
  if (!name) return;
  // Sending a form by its button is a click and a submission: one interaction, named after the first.
  if (type === 'submit' && currentInteraction()?.root.name === `click ${name}`) return;
  startInteraction(`${type} ${name}`, { 'cruddur.interaction.type': type, 'cruddur.interaction.target': name });
}

/** Belongs to what the person was doing; otherwise it is a trace of its own. */
function recordError(error: unknown): void {
  if (++errors > MAX_ERRORS) return;
  const interaction = currentInteraction();
  if (interaction) return interaction.recordException(error);
  const now = performance.now();
  const span = new Span(newTraceId(), 'uncaught error', INTERNAL, undefined, now, { 'url.full': location.href });
  span.recordException(error);
  exportSpans([span.toOtlp(now)]);
}
