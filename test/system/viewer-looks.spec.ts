import { describe, expect, it } from '@jest/globals';
import { expectAccessible, openPage, screenshot } from './viewer/browser.ts';
import { browser, useViewer, viewer } from './viewer/session.ts';
import { sendRequests } from './viewer/traffic.ts';

let trace: string;
let other: string;

useViewer(async () => {
  const ids = await sendRequests(viewer.url, 30, 40 * 60_000);
  [trace, other] = [ids.at(-1)!, ids.at(-2)!];
});

const PAGES: Record<string, { path: () => string; ready: string; act?: string }> = {
  traces: { path: () => '/', ready: '.trace-list tbody tr' },
  trace: { path: () => `/traces/${trace}`, ready: '.waterfall-row', act: '.waterfall-row' },
  services: { path: () => '/services?vs=prev&range=15m', ready: '.multiples figure', act: '.expand' },
  compare: { path: () => `/compare?a=${other}&b=${trace}`, ready: '.diff-row' },
  logs: { path: () => '/logs', ready: '.log-line', act: '.log-line .fold' },
  query: {
    path: () =>
      '/query?calc=HEATMAP(duration_ms)&calc=COUNT&by=service.name&by=name&where=duration_ms+>+2&order=-COUNT',
    ready: '.result-table',
  },
  rows: { path: () => '/query?calc=COUNT&limit=10&tab=rows', ready: '.raw-rows' },
  boards: { path: () => '/boards', ready: 'h1' },
};
const cases = Object.keys(PAGES).flatMap((name) =>
  (['light', 'dark'] as const).flatMap((scheme) => [1440, 420].map((width) => [name, scheme, width] as const)),
);

describe('every page, light and dark, wide and narrow', () => {
  it.each(cases)('%s, %s, %d pixels: accessible and within the window', async (name, scheme, width) => {
    const { page, problems } = await openPage(browser, viewer.url, {
      colorScheme: scheme,
      viewport: { width, height: 900 },
    });
    const { path, ready, act } = PAGES[name]!;
    await page.goto(viewer.url + path());
    await page.locator(ready).first().waitFor();
    if (act) await page.locator(act).first().click();
    await page.waitForFunction(() => document.querySelector('.loading') === null);
    await screenshot(page, `${name}-${scheme}-${width}`);
    await expectAccessible(page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
