import type { Baggage, BaggageEntry } from '@opentelemetry/api';

type Entry = readonly [key: string, entry: BaggageEntry];

/**
 * Baggage of a few entries, in a list: what a request carries. The API's own copies a map for every entry that is set and
 * makes a list for everybody who asks; this makes neither, and remembers its header.
 */
export class SmallBaggage implements Baggage {
  private text: string | undefined;

  private constructor(private readonly entries: readonly Entry[]) {}

  static readonly EMPTY = new SmallBaggage([]);

  static of(baggage: Baggage | undefined): SmallBaggage {
    if (!baggage) return SmallBaggage.EMPTY;
    return baggage instanceof SmallBaggage ? baggage : new SmallBaggage(baggage.getAllEntries());
  }

  /** As it stands in the header (https://www.w3.org/TR/baggage/#header-content), whatever its length. */
  get header(): string {
    if (this.text === undefined) {
      this.text = '';
      for (const entry of this.entries) this.text += this.text === '' ? headerOf(entry) : `,${headerOf(entry)}`;
    }
    return this.text;
  }

  hasOnly(keys: ReadonlySet<string>): boolean {
    for (const [key] of this.entries) if (!keys.has(key)) return false;
    return true;
  }

  only(keys: ReadonlySet<string>): SmallBaggage {
    return new SmallBaggage(this.entries.filter(([key]) => keys.has(key)));
  }

  getEntry(wanted: string): BaggageEntry | undefined {
    for (const [key, entry] of this.entries) if (key === wanted) return { ...entry };
    return undefined;
  }

  getAllEntries(): [string, BaggageEntry][] {
    return this.entries.map(([key, entry]) => [key, entry]);
  }

  setEntry(key: string, entry: BaggageEntry): SmallBaggage {
    const changed: Entry = [key, entry];
    if (this.entries.length === 0) return new SmallBaggage([changed]);
    const at = this.entries.findIndex(([known]) => known === key);
    return new SmallBaggage(at === -1 ? [...this.entries, changed] : this.entries.with(at, changed));
  }

  removeEntry(key: string): SmallBaggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): SmallBaggage {
    return new SmallBaggage(this.entries.filter(([key]) => !keys.includes(key)));
  }

  clear(): SmallBaggage {
    return SmallBaggage.EMPTY;
  }
}

/** What stands for itself, as most keys and values do; to find that out takes less than to encode them. */
const PLAIN = /^[\w.~-]*$/;

function encoded(text: string): string {
  return PLAIN.test(text) ? text : encodeURIComponent(text);
}

function headerOf([key, { value, metadata }]: Entry): string {
  const pair = `${encoded(key)}=${encoded(value)}`;
  return metadata === undefined ? pair : `${pair};${metadata.toString()}`;
}
