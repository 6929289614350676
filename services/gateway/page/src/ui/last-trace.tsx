import { signal } from '@preact/signals';
import { type Finished, onFinished } from '../tracing/index.js';
import { TraceLink } from './trace-link.js';

const last = signal<Finished | undefined>(undefined);
onFinished((finished) => (last.value = finished));

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

/** What the last thing one did has cost, and where: the point of all this. */
export function LastTrace() {
  const trace = last.value;
  if (!trace) return null;
  const { name, traceId, durationMs, serverMs = 0, requestMs, sampled } = trace;
  const network = Math.max(0, requestMs - serverMs);
  const browser = Math.max(0, durationMs - requestMs);
  const total = serverMs + network + browser || 1;
  const parts = [
    { label: 'services', value: serverMs, kind: 'server' },
    { label: 'network', value: network, kind: 'network' },
    { label: 'browser', value: browser, kind: 'browser' },
  ];
  return (
    <section class="last-trace" aria-labelledby="last-trace-title">
      <h2 id="last-trace-title">Your last request</h2>
      <p class="last-trace-name">
        <strong>{name}</strong> <span>{ms(durationMs)}</span>
      </p>
      <svg class="shares" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        {parts.map(({ kind, value }, index) => (
          <rect
            key={kind}
            class={kind}
            x={(parts.slice(0, index).reduce((sum, part) => sum + part.value, 0) / total) * 100}
            width={(value / total) * 100}
            height="6"
          />
        ))}
      </svg>
      <ul class="legend">
        {parts.map(({ label, kind, value }) => (
          <li key={kind}>
            <i class={kind} /> {label} <span>{ms(value)}</span>
          </li>
        ))}
      </ul>
      {sampled && (
        <p class="last-trace-link">
          <TraceLink traceId={traceId}>
            {/* One word less where there is less room. */}
            <span class="wide">Follow it through the services</span>
            <span class="narrow">See its trace</span>
          </TraceLink>
        </p>
      )}
    </section>
  );
}
