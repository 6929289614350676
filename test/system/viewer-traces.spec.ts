import { describe, expect, it } from '@jest/globals';
import { expectAccessible, screenshot } from './viewer/browser.ts';
import { SLOW_USER } from './viewer/requests.ts';
import { forgive, page, usePage, useViewer, viewer } from './viewer/session.ts';
import { sendRequests } from './viewer/traffic.ts';

useViewer();
usePage();

const rows = () => page.locator('.trace-list tbody tr');
const heatmap = () => page.getByRole('img', { name: /Heatmap of latencies/ });

/** Drags over the part of the heatmap above 100 ms, where only the slow user is. */
async function dragOverSlowOnes(): Promise<void> {
  const box = (await heatmap().boundingBox())!;
  await page.mouse.move(box.x + 66, box.y + 14);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 16, box.y + 70, { steps: 6 });
  await page.mouse.up();
}

describe('the Traces page', () => {
  it('says what to do next while nothing has come, and fills by itself with the first trace', async () => {
    await page.goto(viewer.url);
    await page.getByRole('heading', { name: 'No traces yet' }).waitFor();
    await page.getByText('curl http://localhost:4567/api/activities/home').waitFor();
    await expectAccessible(page);
    await screenshot(page, 'empty');
    await sendRequests(viewer.url, 1, 0);
    await rows().first().waitFor();
    await sendRequests(viewer.url, 600, 40 * 60_000);
  });

  it('ranks what makes a dragged selection different, and filters by a click on it', async () => {
    await page.goto(viewer.url);
    await dragOverSlowOnes();
    const first = page.locator('.bubble-column').first();
    await first.waitFor();
    expect(await first.locator('h3').textContent()).toBe('user.id');
    expect(await first.locator('.value').first().textContent()).toBe(SLOW_USER);
    await screenshot(page, 'traces-bubble-up');
    await expectAccessible(page);

    await first.locator('.value').first().click();
    await page.getByRole('menuitem', { name: 'Filter by this value' }).click();
    await page.waitForURL(
      (url) => url.searchParams.get('where') === `user.id = ${SLOW_USER}` && !url.searchParams.has('box'),
    );
    await page.getByRole('button', { name: `Remove filter user.id = ${SLOW_USER}` }).waitFor();
  });

  it('selects without a pointer, and Escape clears the selection', async () => {
    await page.goto(viewer.url);
    await heatmap().waitFor();
    await page.getByRole('button', { name: 'Slowest 5%' }).press('Enter');
    await page.getByRole('heading', { name: 'Selected traces' }).waitFor();
    await page.getByRole('heading', { name: 'What is different here' }).waitFor();
    await page.locator('body').press('Escape');
    await page.getByRole('heading', { name: 'Recent traces' }).waitFor();
  });

  it('takes typed filters, refuses what is none, and keeps them in the address', async () => {
    await page.goto(viewer.url);
    await heatmap().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('nonsense');
    await page.keyboard.press('Enter');
    await page.getByText('Write a filter as column, operator, value').waitFor();
    const field = page.getByRole('combobox', { name: 'Add a filter' });
    await field.fill('http.route = /api/activities/search');
    await field.press('Enter');
    await page.getByRole('button', { name: 'Errors only' }).click();
    await page.waitForURL(/errors=1/);
    await page.waitForFunction(() => {
      const found = [...document.querySelectorAll('.trace-list tbody tr')];
      const fits = (row: Element) =>
        row.querySelector('.operation')?.textContent === 'GET /api/activities/search' && row.querySelector('.danger');
      return found.length > 0 && found.every(fits);
    });
    await page.goBack();
    await page.goBack();
    await page.getByText('and …').waitFor({ state: 'detached' });
  });

  it('stands still while somebody reads, and says how many are new', async () => {
    await page.goto(viewer.url);
    await rows().first().waitFor();
    await rows().nth(2).hover();
    const before = await rows().first().textContent();
    await sendRequests(viewer.url, 3, 0, 77);
    const pill = page.getByRole('button', { name: '3 new' });
    await pill.waitFor();
    expect(await rows().first().textContent()).toBe(before);
    await screenshot(page, 'traces-new-pill');
    await pill.click();
    await pill.waitFor({ state: 'detached' });
    expect(await rows().first().textContent()).not.toBe(before);
  });

  it('is walked with j and k, opened with Enter, and two marked traces are compared', async () => {
    await page.goto(viewer.url);
    await rows().first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const current = page.locator('.trace-list tr.current a');
    const href = await current.getAttribute('href');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${viewer.url}${href}`);
    await page.goBack();
    await rows().first().waitFor();
    await rows().nth(0).getByRole('checkbox').check();
    await rows().nth(3).getByRole('checkbox').check();
    await page.getByRole('link', { name: 'Compare the two' }).click();
    await page.waitForURL(/\/compare\?a=[0-9a-f]{32}&b=[0-9a-f]{32}/);
    await page.getByRole('heading', { name: 'Compare two traces' }).waitFor();
  });

  it('says what a killed viewer may have lost, and goes on by itself when it is back', async () => {
    await page.goto(viewer.url);
    await rows().first().waitFor();
    await viewer.killAndRestart();
    await page.getByText('The viewer was stopped abruptly').waitFor({ timeout: 20_000 });
    await expectAccessible(page);
    await page.reload();
    await rows().first().waitFor();
    // The browser reports the connections that the kill cut.
    forgive(/ERR_|net::/);
  });
});
