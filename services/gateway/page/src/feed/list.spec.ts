import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { homePath, profilePath } from '../api/client.js';
import type { Activity } from '../api/types.js';
import { list, load, loadMore, prepend } from './list.js';

const activity = (uuid: string) => ({ uuid, message: uuid }) as Activity;
const page = (uuids: string[], next?: string) =>
  new Response(JSON.stringify(uuids.map(activity)), { headers: next ? { link: `<${next}>; rel="next"` } : {} });
const shown = () => list.value.items?.map(({ uuid }) => uuid);

describe('the list on the screen', () => {
  const asked = jest.fn<typeof fetch>();
  const { fetch } = globalThis;
  beforeEach(() => {
    asked.mockReset();
    globalThis.fetch = asked;
  });
  afterEach(() => {
    globalThis.fetch = fetch;
  });

  it('shows at once what was posted to it, once', async () => {
    asked.mockResolvedValueOnce(page(['b', 'a']));
    await load(homePath, false);
    prepend(homePath, activity('c'));
    prepend(homePath, activity('c'));
    expect(shown()).toEqual(['c', 'b', 'a']);
  });

  it('does not show what was posted to a list left meanwhile', async () => {
    asked.mockResolvedValueOnce(page(['b', 'a']));
    await load(profilePath('noor'), false);
    prepend(homePath, activity('c'));
    expect(shown()).toEqual(['b', 'a']);
  });

  it('keeps what was posted while its first page came', async () => {
    asked.mockResolvedValueOnce(page(['b', 'a']));
    const loading = load(homePath, false);
    prepend(homePath, activity('c'));
    await loading;
    expect(shown()).toEqual(['c', 'b', 'a']);
  });

  it('drops the answer for a list left meanwhile', async () => {
    let answer!: (response: Response) => void;
    asked.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const late = load(homePath, false);
    asked.mockResolvedValueOnce(page(['n']));
    await load(profilePath('noor'), false);
    answer(page(['b', 'a']));
    await late;
    expect([shown(), asked.mock.calls[0]?.[1]?.signal?.aborted]).toEqual([['n'], true]);
  });

  it('loads page after page', async () => {
    asked.mockResolvedValueOnce(page(['c', 'b'], '/older')).mockResolvedValueOnce(page(['b', 'a']));
    await load(homePath, false);
    await loadMore(homePath);
    expect([shown(), asked.mock.lastCall?.[0]]).toEqual([['c', 'b', 'a'], '/older']);
  });

  it('loads its first page again if that failed, also below what was posted since', async () => {
    asked.mockRejectedValueOnce(new TypeError('Failed to fetch')).mockResolvedValueOnce(page(['b', 'a']));
    await load(homePath, false);
    prepend(homePath, activity('c'));
    expect([shown(), list.value.error?.message]).toEqual([['c'], expect.stringContaining('does not answer')]);
    await loadMore(homePath);
    expect([shown(), list.value.error, asked.mock.lastCall?.[0]]).toEqual([['c', 'b', 'a'], undefined, homePath]);
  });
});
