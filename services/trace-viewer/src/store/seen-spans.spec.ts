import { describe, expect, it } from '@jest/globals';
import { hexId } from '../testing/requests.js';
import { SeenSpans } from './seen-spans.js';

const counted = (n: number, length: number) => n.toString(16).padStart(length, '0');

describe('SeenSpans', () => {
  it('knows every span again, and takes none for another, even when ids are made by counting', () => {
    const seen = new SeenSpans(20_000);
    const ids = Array.from({ length: 5000 }, (_, i): [string, string] => [counted(i >> 4, 32), counted(i, 16)]);
    for (let i = 0; i < 5000; i++) ids.push([hexId(16), hexId(8)]);
    expect(ids.every(([traceId, spanId]) => seen.add(traceId, spanId))).toBe(true);
    expect(ids.some(([traceId, spanId]) => seen.add(traceId, spanId))).toBe(false);
  });

  it('remembers at least the window and forgets what is two windows old', () => {
    const seen = new SeenSpans(100);
    const trace = hexId(16);
    for (let i = 1; i <= 300; i++) expect(seen.add(trace, counted(i, 16))).toBe(true);
    for (let i = 201; i <= 300; i++) expect(seen.add(trace, counted(i, 16))).toBe(false);
    expect(seen.add(trace, counted(1, 16))).toBe(true);
  });
});
