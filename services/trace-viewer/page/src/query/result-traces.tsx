import { type TraceSummary } from '../api/types.js';
import { TraceRow } from '../traces/trace-row.js';
import '../traces/trace-list.css';
import { ErrorNote, Loading, Nothing } from '../ui/notes.js';
import { noteServices } from '../ui/service-colour.js';
import { useResource } from '../ui/use-resource.js';

/** The newest traces with a row that matches. */
export function ResultTraces(props: {
  requestKey: string;
  load: (signal: AbortSignal) => Promise<{ traces: TraceSummary[] }>;
}) {
  const { data, error } = useResource(`traces ${props.requestKey}`, props.load);
  if (error) return <ErrorNote error={error} />;
  if (!data) return <Loading what="traces" />;
  if (data.traces.length === 0) return <Nothing title="No trace matches" />;
  noteServices(data.traces.flatMap(({ services }) => services));
  const slowest = Math.max(1, ...data.traces.map(({ duration_us }) => duration_us));
  return (
    <section class="card scroll-x trace-list" aria-label="Traces">
      <table class="rows">
        <thead>
          <tr>
            <th>Time</th>
            <th>Request</th>
            <th>Duration</th>
            <th class="number">Spans</th>
            <th>Status</th>
            <th class="services-column">Services</th>
          </tr>
        </thead>
        <tbody>
          {data.traces.map((trace) => (
            <TraceRow key={trace.trace_id} trace={trace} slowest={slowest} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
