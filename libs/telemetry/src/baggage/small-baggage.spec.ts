import { describe, expect, it } from '@jest/globals';
import { type Baggage, ROOT_CONTEXT, baggageEntryMetadataFromString, propagation } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import { BaggagePropagator } from '../propagation/baggage-propagator.js';
import { SmallBaggage } from './small-baggage.js';

const metadata = baggageEntryMetadataFromString('secret=no');
const CHANGES: Record<string, (baggage: Baggage) => Baggage> = {
  nothing: (baggage) => baggage,
  'an entry': (baggage) => baggage.setEntry('user.id', { value: '42' }),
  'an entry twice': (baggage) => baggage.setEntry('a', { value: '1' }).setEntry('b', { value: '2' }).setEntry('a', { value: '3' }), // prettier-ignore
  'entries that go again': (baggage) =>
    baggage.setEntry('a', { value: '1' }).setEntry('b', { value: '2' }).setEntry('c', { value: '3' }).removeEntry('b').removeEntries('a', 'x'), // prettier-ignore
  'everything gone': (baggage) => baggage.setEntry('a', { value: '1' }).clear(),
  'what needs to be encoded': (baggage) => baggage.setEntry('schlüssel, ;', { value: 'wört "=,;', metadata }),
  'an empty value': (baggage) => baggage.setEntry('a', { value: '' }),
  'an entry longer than a header takes': (baggage) => baggage.setEntry('a', { value: 'x'.repeat(5_000) }).setEntry('b', { value: '1' }), // prettier-ignore
  'more than a header takes': (baggage) =>
    Array.from({ length: 200 }, (_, i) => `key ${i}`).reduce((all, key) => all.setEntry(key, { value: key.repeat(9) }), baggage), // prettier-ignore
};
const headerFrom = (propagator: W3CBaggagePropagator, baggage: Baggage) => {
  const carrier: Record<string, string> = {};
  const set = (to: unknown, key: string, value: string) => void ((to as typeof carrier)[key] = value);
  propagator.inject(propagation.setBaggage(ROOT_CONTEXT, baggage), carrier, { set });
  return carrier;
};

describe("is the API's own, and has its header, with", () => {
  it.each(Object.entries(CHANGES))('%s', (_name, change) => {
    const ours = change(SmallBaggage.EMPTY);
    const theirs = change(propagation.createBaggage());
    expect(ours).toBeInstanceOf(SmallBaggage);
    expect(ours.getAllEntries()).toEqual(theirs.getAllEntries());
    expect(['a', 'b', 'none'].map((key) => ours.getEntry(key))).toEqual(['a', 'b', 'none'].map((key) => theirs.getEntry(key))); // prettier-ignore
    expect(headerFrom(new BaggagePropagator(), ours)).toEqual(headerFrom(new W3CBaggagePropagator(), theirs));
    expect(SmallBaggage.of(theirs).getAllEntries()).toEqual(theirs.getAllEntries());
    expect(SmallBaggage.EMPTY.getAllEntries()).toEqual([]);
  });
});

it('is what the propagator makes of a header', () => {
  const get = (carrier: unknown, key: string) => (carrier as Record<string, string>)[key];
  const extract = (header: string) =>
    propagation.getBaggage(new BaggagePropagator().extract(ROOT_CONTEXT, { baggage: header }, { get, keys: () => [] }));
  expect(extract('a=1,b=%20x;meta')).toBeInstanceOf(SmallBaggage);
  expect(extract('a=1,b=%20x;meta')?.getEntry('b')?.value).toBe(' x');
  expect(extract('')).toBeUndefined();
});
