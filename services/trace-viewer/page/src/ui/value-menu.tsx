import { useEffect, useRef, useState } from 'preact/hooks';
import { type Dataset, type Filter } from '../api/types.js';
import { formatValue } from '../format/number.js';
import { formatFilter } from '../query/filters.js';
import { queryHref } from '../query/query-url.js';
import { navigate } from './router.js';
import './value-menu.css';

type Scalar = string | number | boolean;
const COUNT = { op: 'COUNT' } as const;
const P95 = { op: 'P95', column: 'duration_ms' } as const;

/** An attribute's value as a button: filter by it, exclude it, group by its column, copy it. */
export function ValueMenu(props: {
  column: string;
  value: unknown;
  dataset?: Dataset | undefined;
  /** Where "filter" and "exclude" go; to the Traces page, or to a query of logs, when absent. */
  onFilter?: ((filter: Filter) => void) | undefined;
}) {
  const { column, value, dataset = 'spans' } = props;
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return;
    const menu = box.current!.querySelector<HTMLElement>('[role=menu]')!;
    const button = box.current!.querySelector('button')!.getBoundingClientRect();
    menu.style.left = `${Math.min(button.left, window.innerWidth - 220)}px`;
    menu.style.top = `${Math.min(button.bottom + 4, window.innerHeight - 190)}px`;
    menu.querySelector('button')?.focus();
    const outside = (event: Event) => !box.current?.contains(event.target as Node) && setOpen(false);
    const scrolled = () => setOpen(false);
    document.addEventListener('pointerdown', outside);
    window.addEventListener('scroll', scrolled, true);
    return () => {
      document.removeEventListener('pointerdown', outside);
      window.removeEventListener('scroll', scrolled, true);
    };
  }, [open]);

  const filter = (op: '=' | '!='): Filter =>
    value === null || value === undefined
      ? { column, op: op === '=' ? 'does-not-exist' : 'exists' }
      : { column, op, value: isScalar(value) ? value : JSON.stringify(value) };
  const elsewhere = (one: Filter) =>
    navigate(
      dataset === 'logs'
        ? queryHref({ dataset, spec: { filters: [one] } }, { tab: 'rows' })
        : `/?where=${encodeURIComponent(formatFilter(one))}`,
    );
  const go = props.onFilter ?? elsewhere;
  const actions = [
    { label: 'Filter by this value', run: () => go(filter('=')) },
    { label: 'Exclude this value', run: () => go(filter('!=')) },
    {
      label: `Group by ${column}`,
      run: () =>
        navigate(
          queryHref({
            dataset,
            spec: { calculations: dataset === 'logs' ? [COUNT] : [COUNT, P95], breakdowns: [column] },
          }),
        ),
    },
    {
      label: 'Copy value',
      run: () => void navigator.clipboard?.writeText(isScalar(value) ? String(value) : JSON.stringify(value)),
    },
  ];
  const onKey = (event: KeyboardEvent) => {
    const items = [...box.current!.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Escape') {
      setOpen(false);
      box.current!.querySelector('button')!.focus();
    } else if (event.key === 'ArrowDown') items[(at + 1) % items.length]?.focus();
    else if (event.key === 'ArrowUp') items[(at - 1 + items.length) % items.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <span class="value-menu" ref={box} onKeyDown={open ? onKey : undefined}>
      <button
        type="button"
        class="value"
        aria-haspopup="menu"
        aria-expanded={open}
        title={`${column}: filter, exclude, group`}
        onClick={() => setOpen(!open)}
      >
        {formatAttribute(value)}
      </button>
      {open && (
        <span role="menu" aria-label={`${column} ${formatValue(value)}`}>
          {actions.map(({ label, run }) => (
            <button
              key={label}
              type="button"
              role="menuitem"
              onClick={() => {
                setOpen(false);
                run();
              }}
            >
              {label}
            </button>
          ))}
        </span>
      )}
    </span>
  );
}

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);
const formatAttribute = (value: unknown): string => (typeof value === 'number' ? String(value) : formatValue(value));
