import { computed, signal } from '@preact/signals';

const SERIES = 10;
const KEY = 'services';
const order = signal<readonly string[]>(read());

/** Services seen so far; a service keeps the colour it got, on every page and every visit. */
export function noteServices(names: Iterable<string>): void {
  const fresh = [...new Set(names)].filter((name) => !order.peek().includes(name)).sort();
  if (!fresh.length) return;
  order.value = [...order.peek(), ...fresh];
  localStorage.setItem(KEY, JSON.stringify(order.peek()));
}

export const seriesColour = (index: number): string => `var(--series-${((index % SERIES) + SERIES) % SERIES})`;

export function serviceColour(name: string): string {
  const at = order.value.indexOf(name);
  return seriesColour(at >= 0 ? at : hash(name));
}

const hash = (text: string): number => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);

export const serviceNames = computed(() => [...order.value].sort());

function read(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((name): name is string => typeof name === 'string').slice(0, 200) : [];
  } catch {
    return [];
  }
}
