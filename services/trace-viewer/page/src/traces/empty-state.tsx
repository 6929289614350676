import { CopyButton } from '../ui/copy-button.js';
import { ImportButton } from './import-button.js';
import './empty-state.css';

const CURL = 'curl http://localhost:4567/api/activities/home';

/** Nothing has ever arrived: what to do next. */
export function EmptyState() {
  const { origin } = window.location;
  return (
    <section class="empty-state" aria-labelledby="empty-title">
      <h1 id="empty-title">No traces yet</h1>
      <p class="muted">Make a request and it appears here by itself, as soon as its spans are sent.</p>
      <ol>
        <li>
          <h2>Ask the gateway for something</h2>
          <div class="command">
            <code>{CURL}</code>
            <CopyButton text={() => CURL} label="Copy the command">
              Copy
            </CopyButton>
          </div>
        </li>
        <li>
          <h2>Or send spans from any program that speaks OTLP over HTTP</h2>
          <div class="command">
            <code>OTEL_EXPORTER_OTLP_ENDPOINT={origin}</code>
            <CopyButton text={() => `OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`} label="Copy the setting">
              Copy
            </CopyButton>
          </div>
        </li>
        <li>
          <h2>Or open a trace that somebody exported as OTLP JSON</h2>
          <ImportButton />
        </li>
      </ol>
    </section>
  );
}
