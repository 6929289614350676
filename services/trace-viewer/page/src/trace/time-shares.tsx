import { useState } from 'preact/hooks';
import { type Trace } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { formatCount, formatPercent } from '../format/number.js';
import { serviceColour } from '../ui/service-colour.js';
import { ServiceName } from '../ui/service-name.js';
import { type Total, totals } from './totals.js';
import './time-shares.css';

const OPERATIONS = 12;

/** Where the time went: self time per service as one bar, and per operation on request. */
export function TimeShares({ trace }: { trace: Trace }) {
  const [open, setOpen] = useState(false);
  const services = totals(trace.spans, 'service');
  const sum = Math.max(
    1e-9,
    services.reduce((total, { self_us }) => total + self_us, 0),
  );
  return (
    <div class="time-shares">
      <div class="shares-bar" aria-hidden="true">
        {services.map(({ service, self_us }) => (
          <i key={service} style={{ flexGrow: self_us / sum, background: serviceColour(service) }} />
        ))}
      </div>
      <ul class="shares-legend small">
        {services.map(({ service, self_us, errors }) => (
          <li key={service}>
            <ServiceName name={service} errors={errors} />{' '}
            <span class="muted">
              {formatDuration(self_us)} · {formatPercent(self_us / sum)}
            </span>
          </li>
        ))}
        <li>
          <button type="button" class="button quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide' : 'Self time by operation'}
          </button>
        </li>
      </ul>
      {open && <OperationTable operations={totals(trace.spans, 'operation').slice(0, OPERATIONS)} sum={sum} />}
    </div>
  );
}

function OperationTable({ operations, sum }: { operations: Total[]; sum: number }) {
  return (
    <div class="card scroll-x">
      <table class="rows small">
        <thead>
          <tr>
            <th>Service</th>
            <th>Operation</th>
            <th class="number">Spans</th>
            <th class="number">Errors</th>
            <th class="number">Self time</th>
            <th class="number">Share</th>
          </tr>
        </thead>
        <tbody>
          {operations.map(({ service, name, count, errors, self_us }) => (
            <tr key={`${service} ${name}`}>
              <td>
                <ServiceName name={service} />
              </td>
              <td>{name}</td>
              <td class="number">{formatCount(count)}</td>
              <td class="number">{errors || ''}</td>
              <td class="number">{formatDuration(self_us)}</td>
              <td class="number">{formatPercent(self_us / sum)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
