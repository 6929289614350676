import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Browser, type Page } from 'playwright-core';
import { RunnerProcess } from '../support/runner-process.js';
import { expectAccessible, launchBrowser, openPage, screenshot } from './viewer/browser.ts';

jest.setTimeout(90_000);

let folder: string;
let system: RunnerProcess;
let browser: Browser;
let page: Page;
let problems: string[];
let viewer: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cruddur-viewer-'));
  // The database server may run as another user.
  chmodSync(folder, 0o755);
  system = new RunnerProcess(folder, { OTEL_EXPORTER_OTLP_ENDPOINT: '' });
  [browser] = await Promise.all([launchBrowser(), system.says('Ctrl-C')]);
  viewer = system.url('trace-viewer');
  ({ page, problems } = await openPage(browser, viewer));
});
afterAll(async () => {
  await browser?.close();
  system?.signal('SIGTERM');
  await system?.exited;
  rmSync(folder, { recursive: true, force: true });
});

const rows = () => page.locator('.trace-list tbody tr');
const request = (path: string) => fetch(`${system.url('gateway')}/api/activities/${path}`);

describe('from npm start and three requests to every page', () => {
  it('shows each request by itself, as it is made', async () => {
    await page.goto(viewer);
    await page.getByRole('heading', { name: 'traces' }).first().waitFor();
    for (const path of ['home', 'search?term=bakery', '00000000-0000-4000-8000-000000000000']) await request(path);
    // The timeline's first filling makes traces too, at a time of its own: the requests are known by their names.
    for (const name of ['home', 'search', ':uuid']) {
      await rows().getByText(`GET /api/activities/${name}`, { exact: true }).first().waitFor();
    }
    await page.locator('.heatmap canvas').waitFor();
    await screenshot(page, 'system-traces');
    await expectAccessible(page);
  });

  it('shows the request through gateway, home-activities, user-activities and the database', async () => {
    await page.getByRole('link', { name: 'GET /api/activities/home' }).click();
    await page.locator('.waterfall-row').nth(6).waitFor();
    const services = await page.locator('.waterfall-row .waterfall-name .muted').allTextContents();
    expect(new Set(services)).toEqual(new Set(['gateway', 'home-activities', 'user-activities']));
    await page.locator('.waterfall-row').last().click();
    await page.locator('.span-panel').getByText('db.query.text').waitFor();
    await screenshot(page, 'system-trace');
    await expectAccessible(page);
  });

  it('shows a log line beside the span that wrote it', async () => {
    await page.locator('.waterfall-row').first().click();
    await page.locator('.span-panel').getByText('request completed').waitFor();
    await page.locator('.span-panel').getByRole('link', { name: 'Open in logs' }).click();
    await page.locator('.log-line').first().getByText('gateway').waitFor();
  });

  it('draws the services and who calls whom', async () => {
    await page.getByRole('link', { name: 'Services' }).click();
    await page
      .locator('.service-map')
      .getByRole('link', { name: /^home-activities/ })
      .waitFor();
    await page.locator('.service-map .edge').nth(2).waitFor();
    expect(await page.locator('.service-map .edge').count()).toBe(3);
    await screenshot(page, 'system-services');
    await expectAccessible(page);
  });

  it('answers every saved query of the repository', async () => {
    await page.getByRole('link', { name: 'Boards' }).click();
    await page.getByRole('link', { name: 'All saved queries' }).click();
    await page.locator('.board-query').nth(4).waitFor();
    await page.waitForFunction(() => document.querySelector('.loading') === null);
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
    await screenshot(page, 'system-boards');
    await page.getByRole('link', { name: 'Latency by user id' }).click();
    await page.locator('.result-table').getByRole('button').first().waitFor();
    await screenshot(page, 'system-query');
    await expectAccessible(page);
  });

  it('met no error on the way, and loaded nothing from elsewhere', () => {
    expect(problems).toEqual([]);
  });
});
