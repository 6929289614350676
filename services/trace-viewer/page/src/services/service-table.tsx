import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { type Measures } from '../api/types.js';
import { formatPercent } from '../format/number.js';
import { formatFilter } from '../query/filters.js';
import { ServiceName } from '../ui/service-name.js';
import { changeOf, type Pair, pairOperations, type pairServices } from './comparison.js';
import { type Measure, MEASURES } from './measures.js';
import './service-table.css';

/** Services, each opening into its operations; any column sorts both. */
export function ServiceTable({ pairs, comparing }: { pairs: ReturnType<typeof pairServices>; comparing: boolean }) {
  const [sort, setSort] = useState(MEASURES[0]!);
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
            {MEASURES.map((measure) => (
              <th key={measure.label} class="number" aria-sort={measure === sort ? 'descending' : undefined}>
                <button type="button" class="sort" title={measure.hint} onClick={() => setSort(measure)}>
                  {measure.label}
                  {measure === sort && ' ↓'}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(pairs, sort).map((pair) => {
            const name = (pair.after ?? pair.before)!.service;
            return (
              <Fragment key={name}>
                <tr class="service-row">
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
              </Fragment>
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
      {MEASURES.map(({ label, value, format, lowerIsBetter }) => {
        const after = pair.after && value(pair.after);
        const before = pair.before && value(pair.before);
        const change = after !== undefined && before !== undefined && changeOf(after, before, lowerIsBetter);
        return (
          <td key={label} class="number">
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

const sorted = <T extends Measures>(pairs: readonly Pair<T>[], { value }: Measure): Pair<T>[] =>
  [...pairs].sort((a, b) => (b.after ? value(b.after) : -1) - (a.after ? value(a.after) : -1));

function tracesHref(service: string, name: string): string {
  const search = new URLSearchParams();
  search.append('where', formatFilter({ column: 'service.name', op: '=', value: service }));
  search.append('where', formatFilter({ column: 'name', op: '=', value: name }));
  return `/?${search}`;
}
