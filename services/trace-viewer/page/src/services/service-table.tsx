import { useState } from 'preact/hooks';
import { type Measures } from '../api/types.js';
import { formatMs } from '../format/duration.js';
import { formatCount, formatPercent, formatRate } from '../format/number.js';
import { formatFilter } from '../query/filters.js';
import { ServiceName } from '../ui/service-name.js';
import { changeOf, type Pair, pairOperations, type pairServices } from './comparison.js';
import './service-table.css';

interface Measure {
  readonly key: Exclude<keyof Measures, 'histogram'>;
  readonly label: string;
  readonly hint: string;
  readonly format: (value: number) => string;
  readonly lowerIsBetter: boolean;
}

const MEASURES: readonly Measure[] = [
  { key: 'count', label: 'Requests', hint: 'spans that enter the service', format: formatCount, lowerIsBetter: false },
  { key: 'rate_per_s', label: 'Rate', hint: 'requests per second', format: formatRate, lowerIsBetter: false },
  {
    key: 'error_rate',
    label: 'Errors',
    hint: 'share of requests with an error',
    format: formatPercent,
    lowerIsBetter: true,
  },
  { key: 'p50_ms', label: 'p50', hint: 'half are faster', format: formatMs, lowerIsBetter: true },
  { key: 'p95_ms', label: 'p95', hint: '95% are faster', format: formatMs, lowerIsBetter: true },
  { key: 'p99_ms', label: 'p99', hint: '99% are faster', format: formatMs, lowerIsBetter: true },
  { key: 'self_ms', label: 'Self time', hint: 'in the service itself, in all', format: formatMs, lowerIsBetter: true },
  { key: 'db_ms', label: 'Database', hint: 'waiting for the database, in all', format: formatMs, lowerIsBetter: true },
  {
    key: 'wait_ms',
    label: 'Waiting',
    hint: 'waiting for other services, in all',
    format: formatMs,
    lowerIsBetter: true,
  },
];

type Key = Measure['key'];

/** Services, each opening into its operations; any column sorts both. */
export function ServiceTable({ pairs, comparing }: { pairs: ReturnType<typeof pairServices>; comparing: boolean }) {
  const [sort, setSort] = useState<Key>('count');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (name: string) => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    setOpen(next);
  };
  return (
    <section class="card scroll-x service-table" aria-label="Services side by side">
      <table class="rows">
        <thead>
          <tr>
            <th>Service</th>
            {MEASURES.map(({ key, label, hint }) => (
              <th key={key} class="number" aria-sort={key === sort ? 'descending' : undefined}>
                <button type="button" class="sort" title={hint} onClick={() => setSort(key)}>
                  {label}
                  {key === sort && ' ↓'}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(pairs, sort).map((pair) => {
            const name = (pair.after ?? pair.before)!.service;
            return (
              <>
                <tr key={name} class="service-row">
                  <th scope="row">
                    <button type="button" class="expand" aria-expanded={open.has(name)} onClick={() => toggle(name)}>
                      <span aria-hidden="true">{open.has(name) ? '▾' : '▸'}</span> <ServiceName name={name} />
                    </button>
                    <Presence pair={pair} comparing={comparing} />
                  </th>
                  <Cells pair={pair} comparing={comparing} />
                </tr>
                {open.has(name) &&
                  sorted(pairOperations(pair), sort).map((operation) => {
                    const { name: title, kind } = (operation.after ?? operation.before)!;
                    return (
                      <tr key={`${name} ${kind} ${title}`} class="operation-row">
                        <th scope="row">
                          <a href={tracesHref(name, title)}>{title}</a> <span class="badge">{kind}</span>
                          <Presence pair={operation} comparing={comparing} />
                        </th>
                        <Cells pair={operation} comparing={comparing} />
                      </tr>
                    );
                  })}
              </>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Cells({ pair, comparing }: { pair: Pair<Measures>; comparing: boolean }) {
  return (
    <>
      {MEASURES.map(({ key, format, lowerIsBetter }) => {
        const after = pair.after?.[key];
        const before = pair.before?.[key];
        const change = after !== undefined && before !== undefined && changeOf(after, before, lowerIsBetter);
        return (
          <td key={key} class="number">
            {after === undefined ? <s class="muted">{before === undefined ? '' : format(before)}</s> : format(after)}
            {comparing && change && change.verdict !== 'same' && (
              <span class={`change ${change.verdict}`} title={`was ${format(before)}`}>
                {change.ratio > 0 ? '▲' : '▼'}{' '}
                {Number.isFinite(change.ratio) ? formatPercent(Math.abs(change.ratio)) : 'new'}
              </span>
            )}
          </td>
        );
      })}
    </>
  );
}

function Presence({ pair, comparing }: { pair: Pair<Measures>; comparing: boolean }) {
  if (!comparing || (pair.after && pair.before)) return null;
  return <span class={`badge ${pair.after ? 'accent' : ''}`}>{pair.after ? 'new' : 'gone'}</span>;
}

const sorted = <T extends Measures>(pairs: readonly Pair<T>[], key: Key): Pair<T>[] =>
  [...pairs].sort((a, b) => (b.after?.[key] ?? -1) - (a.after?.[key] ?? -1));

function tracesHref(service: string, name: string): string {
  const search = new URLSearchParams();
  search.append('where', formatFilter({ column: 'service.name', op: '=', value: service }));
  search.append('where', formatFilter({ column: 'name', op: '=', value: name }));
  return `/?${search}`;
}
