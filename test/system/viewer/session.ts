import { afterAll, afterEach, beforeAll, beforeEach, expect, jest } from '@jest/globals';
import { type Browser, type Page } from 'playwright-core';
import { launchBrowser, openPage } from './browser.ts';
import { ViewerProcess } from './viewer-process.ts';

/* What the specs of the viewer's page share. Each spec file has its own of these: its hooks fill them in. */
export let viewer: ViewerProcess;
export let browser: Browser;
export let page: Page;
let problems: string[];

/** A viewer, empty but for what `fill` sends to it, and a browser, for all tests of the file. */
export function useViewer(fill: () => Promise<void> = async () => {}): void {
  jest.setTimeout(60_000);
  beforeAll(async () => {
    [viewer, browser] = await Promise.all([ViewerProcess.start(), launchBrowser()]);
    await fill();
  });
  afterAll(async () => {
    await browser?.close();
    await viewer?.stop();
  });
}

/** For a test that provokes a problem. */
export function forgive(problem: RegExp): void {
  // In place: the page goes on filling it.
  problems.splice(0, problems.length, ...problems.filter((one) => !problem.test(one)));
}

/** The page of a fresh visitor for each test, in which nothing may go wrong. */
export function usePage(): void {
  beforeEach(async () => {
    ({ page, problems } = await openPage(browser, viewer.url));
  });
  afterEach(async () => {
    await page.context().close();
    expect(problems).toEqual([]);
  });
}
