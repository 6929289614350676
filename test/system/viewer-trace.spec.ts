import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { expectAccessible, screenshot } from './viewer/browser.ts';
import { forgive, page, usePage, useViewer, viewer } from './viewer/session.ts';
import { sendLargeTrace, sendRequests } from './viewer/traffic.ts';

interface Summary {
  trace_id: string;
  root: { name: string } | null;
}
let slow: string;
let failed: string;
let posted: string;

useViewer(async () => {
  await sendRequests(viewer.url, 300, 20 * 60_000);
  slow = await find('min_duration_ms=120', 'GET /api/activities/home');
  failed = await find('error=true', 'GET /api/activities/search');
  posted = await find('', 'POST /api/activities');
});
usePage();

async function find(parameters: string, name: string): Promise<string> {
  const response = await fetch(`${viewer.url}/api/traces?limit=300&${parameters}`);
  const { traces } = (await response.json()) as { traces: Summary[] };
  return traces.find(({ root }) => root?.name === name)!.trace_id;
}
const open = async (id: string) => {
  await page.goto(`${viewer.url}/traces/${id}`);
  await spans().first().waitFor();
};
const spans = () => page.locator('.waterfall-row');
const selected = () => page.locator('.waterfall-row.selected');
const panel = () => page.locator('.span-panel');

describe('the page of a trace', () => {
  it('shows the request through the services, and names what makes it slow', async () => {
    await open(slow);
    expect(await spans().count()).toBe(8);
    await page.getByText('× its usual time').waitFor();
    await page.locator('.slow-line').getByRole('button', { name: 'SELECT activities' }).click();
    await panel().getByRole('heading', { name: 'SELECT activities' }).waitFor();
    await panel().getByText('db.query.text').waitFor();
    await screenshot(page, 'trace-slow');
    await expectAccessible(page);
  });

  it('shows the log lines of a span, leads to the logs and back', async () => {
    await open(slow);
    await spans().first().click();
    await panel().getByText('request completed').waitFor();
    await panel().getByRole('link', { name: 'Open in logs' }).click();
    await page.waitForURL(/\/logs\?trace=/);
    await page.locator('.log-line').first().waitFor();
    expect(await page.locator('.log-line').count()).toBe(1);
    await page.getByRole('link', { name: 'Back to the trace' }).click();
    await panel().getByText('request completed').waitFor();
  });

  it('goes from error to error with e and E', async () => {
    await open(failed);
    await page.keyboard.press('e');
    const first = await selected().textContent();
    await page.keyboard.press('e');
    expect(await selected().textContent()).not.toBe(first);
    await page.keyboard.press('E');
    expect(await selected().textContent()).toBe(first);
    await panel().getByRole('paragraph').filter({ hasText: 'Error' }).waitFor();
    await screenshot(page, 'trace-error');
  });

  it('searches, dims what does not match, and steps with n and N', async () => {
    await open(slow);
    await page.keyboard.press('/');
    await page.keyboard.type('select');
    await page.getByText('2', { exact: true }).waitFor();
    expect(await page.locator('.waterfall-row.dimmed').count()).toBe(6);
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await page.getByText('1 of 2').waitFor();
    await page.keyboard.press('n');
    await page.getByText('2 of 2').waitFor();
    await page.keyboard.press('N');
    await page.getByText('1 of 2').waitFor();
    await page.waitForURL(/q=select/);
  });

  it('folds with h and l, and hides kinds of spans', async () => {
    await open(slow);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('h');
    await page.getByText('+6').waitFor();
    expect(await spans().count()).toBe(2);
    await page.keyboard.press('l');
    await page.locator('.kind-menu summary').click();
    await page.getByRole('checkbox', { name: /client/ }).uncheck();
    await page.getByText('1 hidden').waitFor();
    expect(await spans().count()).toBe(4);
  });

  it('zooms by dragging over the minimap, and back with z', async () => {
    await open(slow);
    await page.getByText('× its usual time').waitFor();
    const box = (await page.locator('.minimap canvas').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.getByRole('button', { name: /Whole trace/ }).waitFor();
    await page.keyboard.press('z');
    await page.getByRole('button', { name: /Whole trace/ }).waitFor({ state: 'detached' });
  });

  it('jumps along a span link, and the other end names the way back', async () => {
    await open(posted);
    await spans().first().click();
    const link = panel().getByRole('link', { name: /trace [0-9a-f]{8}/ });
    await link.click();
    await page.waitForURL((url) => !url.pathname.includes(posted) && url.searchParams.has('span'));
    await panel()
      .getByRole('link', { name: /linked from gateway: POST/ })
      .click();
    await page.waitForURL(new RegExp(posted));
  });

  it('groups by an attribute with two clicks', async () => {
    await open(slow);
    await spans().first().click();
    await panel().getByRole('button', { name: '/api/activities/home' }).first().click();
    await screenshot(page, 'trace-attribute-menu');
    await page.getByRole('menuitem', { name: /Group by/ }).click();
    await page.waitForURL(/\/query\?calc=COUNT.*by=/);
    await page.locator('.result-table').waitFor();
  });

  it('copies the request as curl and exports what an import takes', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(slow);
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await page.getByText('Copied').first().waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      "curl 'http://localhost:4567/api/activities/home'",
    );
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export' }).click(),
    ]);
    const file = await download.path();
    expect(JSON.parse(await readFile(file, 'utf8')).resourceSpans.length).toBe(3);
    await page.goto(viewer.url);
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'trace.json', mimeType: 'application/json', buffer: await readFile(file) });
    await page.waitForURL(`${viewer.url}/traces/${slow}`);
  });

  it('says that a trace is not there', async () => {
    await page.goto(`${viewer.url}/traces/${'0'.repeat(31)}1`);
    await page.getByRole('alert').waitFor();
    forgive(/404/);
  });

  it('draws only the rows in view of 10,000 spans, wherever it is scrolled to', async () => {
    await open(await sendLargeTrace(viewer.url, 10_000));
    expect(await page.getByRole('treegrid').getAttribute('aria-rowcount')).toBe('10001');
    const box = page.locator('.waterfall-rows');
    for (const share of [0, 0.001, 0.25, 0.5, 0.75, 0.999, 1]) {
      const { first, last } = await box.evaluate((element, share) => {
        element.scrollTop = share * element.scrollHeight;
        const row = element.scrollHeight / 10_001;
        const at = (y: number) => Math.min(10_000, Math.floor(y / row)) + 1;
        return { first: at(element.scrollTop), last: at(element.scrollTop + element.clientHeight) };
      }, share);
      // Every row between the two is there, and few others are.
      await page.waitForFunction(
        ([first, last]) => {
          const rows = [...document.querySelectorAll('.waterfall-row')].map((row) => Number(row.ariaRowIndex));
          return rows[0]! <= first! && rows.at(-1)! >= last! && rows.every((row, i) => row === rows[0]! + i);
        },
        [first, last],
      );
      expect(await spans().count()).toBeLessThan(80);
    }
    await page.getByRole('button', { name: 'Fold all', exact: true }).click();
    await page.locator('.waterfall-row[aria-rowindex="101"]').waitFor();
    await screenshot(page, 'trace-large');
  });

  it('scrolls through 10,000 spans with about the work that a hundred take', async () => {
    const cdp = await page.context().newCDPSession(page);
    // Processor time of the page's thread: what else the machine does is not in it.
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    const work = async () => {
      const { metrics } = await cdp.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')!.value;
    };
    const scrolling = async (count: number) => {
      await open(await sendLargeTrace(viewer.url, count));
      await page.locator('.slow-line').filter({ hasNotText: 'Comparing' }).waitFor();
      const opened = await work();
      await page.locator('.waterfall-rows').evaluate(async (box) => {
        for (let frame = 1; frame <= 120; frame++) {
          box.scrollTop = (frame % 20) * 90;
          await new Promise(requestAnimationFrame);
        }
      });
      return (await work()) - opened;
    };
    await scrolling(100);
    const few = await scrolling(100);
    const many = await scrolling(10_000);
    expect(many).toBeLessThan(few * 4);
  });
});
