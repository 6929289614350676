import { type Filter, type QueryRows } from '../api/types.js';
import { formatDateTime } from '../format/time.js';
import { ErrorNote, Loading, Nothing } from '../ui/notes.js';
import { useResource } from '../ui/use-resource.js';
import { ValueMenu } from '../ui/value-menu.js';

const FIRST = [
  'service.name',
  'name',
  'body',
  'severity',
  'duration_ms',
  'error',
  'http.route',
  'http.response.status_code',
  'trace.trace_id',
];

/** The newest rows that match, column by column, the telling ones first. */
export function RawRows(props: {
  requestKey: string;
  load: (signal: AbortSignal) => Promise<QueryRows>;
  onFilter: (filter: Filter) => void;
}) {
  const { data, error } = useResource(`rows ${props.requestKey}`, props.load);
  if (error) return <ErrorNote error={error} />;
  if (!data) return <Loading what="rows" />;
  if (data.rows.length === 0) return <Nothing title="No row matches" />;
  const present = new Set(data.rows.flatMap(({ data: row }) => Object.keys(row)));
  const columns = [
    ...FIRST.filter((name) => present.has(name)),
    ...[...present].filter((name) => !FIRST.includes(name)).sort(),
  ];
  return (
    <section class="card scroll-x" aria-label="Rows" tabIndex={0}>
      <table class="rows small raw-rows">
        <thead>
          <tr>
            <th>time</th>
            {columns.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.rows.map(({ time, data: row }, i) => (
            <tr key={i}>
              <td class="muted">{formatDateTime(Date.parse(time))}</td>
              {columns.map((name) => (
                <td key={name}>
                  {row[name] == null ? null : name === 'trace.trace_id' ? (
                    <a class="mono" href={traceHref(row)}>
                      {String(row[name] as string).slice(0, 8)}
                    </a>
                  ) : (
                    <ValueMenu column={name} value={row[name]} onFilter={props.onFilter} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function traceHref(row: Record<string, unknown>): string {
  const span = row['trace.span_id'];
  return `/traces/${String(row['trace.trace_id'])}${typeof span === 'string' ? `?span=${span}` : ''}`;
}
