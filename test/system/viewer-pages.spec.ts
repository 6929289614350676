import { describe, expect, it } from '@jest/globals';
import { screenshot } from './viewer/browser.ts';
import { forgive, page, usePage, useViewer, viewer } from './viewer/session.ts';
import { sendRequests } from './viewer/traffic.ts';

useViewer(async () => void (await sendRequests(viewer.url, 400, 40 * 60_000)));
usePage();
const goto = (path: string) => page.goto(viewer.url + path);

describe('the Services page', () => {
  it('draws who calls whom, and opens a service into its operations', async () => {
    await goto('/services');
    const map = page.locator('.service-map');
    await map.getByRole('link', { name: /^home-activities/ }).waitFor();
    expect(await map.locator('.edge').count()).toBe(3);
    await page.getByRole('button', { name: 'user-activities' }).click();
    await page.getByRole('link', { name: 'SELECT users' }).waitFor();
    await page.getByRole('button', { name: 'p95' }).click();
    expect(await page.getByRole('columnheader', { name: /p95/ }).getAttribute('aria-sort')).toBe('descending');
    expect(await page.locator('.multiples figure').count()).toBe(3);
  });

  it('compares before and after', async () => {
    await goto('/services?range=15m');
    await page.getByRole('combobox', { name: 'Compare with' }).selectOption('Against the period before');
    await page.locator('.change').first().waitFor();
    await page.getByText('outline: before').first().waitFor();
    await page.getByRole('combobox', { name: 'Compare with' }).selectOption('Before and after a change …');
    await page.getByLabel('Time of the change').waitFor();
    await page.waitForURL(/vs=\d+/);
  });
});

describe('comparing two traces', () => {
  it('names what is slower, added and gone, and swaps', async () => {
    const traces = async (parameters: string) => {
      const response = await fetch(`${viewer.url}/api/traces?limit=300&${parameters}`);
      return ((await response.json()) as { traces: { trace_id: string; root: { name: string } }[] }).traces;
    };
    const home = (list: Awaited<ReturnType<typeof traces>>) =>
      list.find(({ root }) => root.name.endsWith('/home'))!.trace_id;
    const fast = home(await traces('max_duration_ms=60'));
    const slow = home(await traces('min_duration_ms=120'));
    await goto(`/compare?a=${fast}&b=${slow}`);
    await page.getByRole('row', { name: /SELECT activities.*slower/ }).waitFor();
    await page.getByRole('checkbox', { name: 'Only what changed' }).check();
    await page.waitForFunction(() => document.querySelectorAll('.diff-row.same').length === 0);
    await page.getByRole('link', { name: 'Swap' }).click();
    await page.getByRole('row', { name: /SELECT activities.*faster/ }).waitFor();
  });

  it('asks for two ids when it has none', async () => {
    await goto('/compare');
    await page.getByLabel('Trace A').fill('not an id');
    await page.getByRole('button', { name: 'Compare' }).click();
    expect(await page.getByLabel('Trace A').evaluate((input: HTMLInputElement) => input.validity.valid)).toBe(false);
  });
});

describe('the Logs page', () => {
  it('searches, filters by level and service, and jumps to the span', async () => {
    await goto('/logs');
    await page.locator('.log-line').first().waitFor();
    await page.getByRole('combobox', { name: 'Level' }).selectOption('error');
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.log-line .badge')].every((badge) => badge.textContent === 'error'),
    );
    await page.getByRole('combobox', { name: 'Level' }).selectOption('Any level');
    await page.getByRole('combobox', { name: 'Service' }).selectOption('home-activities');
    await page.keyboard.press('Escape');
    await page.getByRole('textbox', { name: 'Search logs' }).fill('u-7');
    await page.waitForURL(/q=u-7/);
    // The lines of before stay until the found ones come.
    await page.waitForFunction(() => {
      const bodies = [...document.querySelectorAll('.log-body')];
      return bodies.length > 0 && bodies.every((body) => body.querySelector('mark')?.textContent === 'u-7');
    });
    await page.locator('.log-line').first().getByRole('button', { name: 'Attributes' }).click();
    await page.getByText('activities.count').waitFor();
    await page.locator('.log-line').first().getByRole('link').click();
    await page.waitForURL(/\/traces\/[0-9a-f]{32}\?span=/);
    await page.locator('.span-panel').getByRole('heading', { name: 'GET /timeline' }).waitFor();
  });

  it('lets new lines wait while somebody reads', async () => {
    await goto('/logs');
    await page.locator('.log-line').nth(2).hover();
    await sendRequests(viewer.url, 1, 0, 5);
    await page.getByRole('button', { name: /\d new/ }).click();
  });
});

describe('the Query page', () => {
  it('builds a query by hand, keeps it in the address, and goes back through it', async () => {
    await goto('/query');
    const add = async (label: string, text: string) => {
      await page.getByRole('combobox', { name: label }).fill(text);
      await page.getByRole('combobox', { name: label }).press('Enter');
    };
    await add('Add a calculation', 'p95(duration_ms)');
    await add('Add a calculation', 'count');
    await add('Add a filter', 'service.name = gateway');
    await add('Add a column to group by', 'http.route');
    await page.getByRole('combobox', { name: 'Order by' }).selectOption('COUNT, largest first');
    await page.waitForURL(
      (url) =>
        url.search ===
        '?calc=P95%28duration_ms%29&calc=COUNT&where=service.name+%3D+gateway&by=http.route&order=-COUNT',
    );
    const table = page.locator('.result-table');
    await table.getByText('/api/activities/home').waitFor();
    expect(await page.locator('.line-chart canvas').count()).toBe(2);
    await page.getByRole('button', { name: 'Traces', exact: true }).click();
    await page.locator('.trace-list tbody tr').first().waitFor();
    await page.getByRole('button', { name: 'Rows', exact: true }).click();
    await page.locator('.raw-rows tbody tr').first().waitFor();
    await page.goBack();
    await page.goBack();
    await table.getByText('/api/activities/home').click();
    await page.getByRole('menuitem', { name: 'Exclude this value' }).click();
    await page.getByRole('button', { name: 'http.route != /api/activities/home', exact: true }).waitFor();
  });

  it('names what is wrong with a query', async () => {
    await goto('/query?calc=P95(no.such.column)');
    await page.getByRole('alert').getByText('no.such.column').waitFor();
    forgive(/422/);
  });

  it('remembers, saves, opens and deletes queries, and makes a board of them', async () => {
    await goto('/query?calc=COUNT&by=user.id');
    await page.locator('.result-table').waitFor();
    await page.getByText('History ▾').click();
    await page.getByRole('link', { name: /COUNT by user\.id/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByLabel('Name').fill('Requests by user');
    await page.getByText('queries/requests-by-user.json').waitFor();
    await screenshot(page, 'query-save');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await goto('/boards');
    await page.getByRole('link', { name: 'Requests by user' }).click();
    await page.waitForURL(/by=user\.id/);
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByText('Saved ▾').click();
    await page.getByRole('button', { name: 'Delete Requests by user' }).click();
    await page.getByText('Nothing is saved yet.').waitFor();
  });
});

describe('everywhere', () => {
  it('changes colours on request and remembers it', async () => {
    await goto('/');
    const toggle = page.getByRole('button', { name: /^Colours/ });
    await toggle.click();
    await toggle.click();
    await page.reload();
    // The system's colours are light here.
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await background()).toBe('rgb(15, 17, 21)');
    await toggle.click();
    expect(await background()).toBe('rgb(247, 247, 249)');
  });

  it('lists the keys on ?, and g goes to a page', async () => {
    await goto('/');
    await page.locator('.heatmap').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.waitForURL(/\/services$/);
  });

  it('says that an address leads nowhere', async () => {
    await goto('/nowhere');
    await page.getByText('There is no such page').waitFor();
  });
});
