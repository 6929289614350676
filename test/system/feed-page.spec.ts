/// <reference lib="dom" />
// Functions given to page.evaluate run in the browser.
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type ReceivedSpan } from '@cruddur/telemetry/testing';
import { type Browser, type Page } from 'playwright-core';
import { CruddurSystem } from '../support/cruddur-system.js';
import { expectAccessible, launchBrowser, openPage, screenshot } from './viewer/browser.ts';

jest.setTimeout(90_000);

const TRACES = 'http://127.0.0.1:9/traces/';
const ASSETS = fileURLToPath(new URL('../../dist/services/gateway/src/page/static/assets/', import.meta.url));

let system: CruddurSystem;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  const env = { TELEMETRY_TRACE_URL: `${TRACES}{trace_id}` };
  [system, browser] = await Promise.all([CruddurSystem.start(env), launchBrowser()]);
  origin = system.url('gateway');
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

/** The page of a fresh visitor, who sees what he came for. */
async function visit(path = '/', ready = '.card >> nth=5', options = {}) {
  const opened = await openPage(browser, origin, options);
  await opened.page.goto(origin + path);
  await opened.page.locator(ready).first().waitFor();
  return opened;
}

/** Does something in the page and waits for the answer to what it asks for. @returns the trace that this began */
async function traceOf(page: Page, asked: RegExp, act: () => Promise<unknown>): Promise<string> {
  const [request] = await Promise.all([page.waitForRequest(asked), act()]);
  await (await request.response())?.finished();
  return (await request.allHeaders())['traceparent']!.split('-')[1]!;
}

const cards = (page: Page) => page.locator('.card');
const exactly = { timeoutMs: 20_000, quietMs: 1_000 };

describe('a click', () => {
  let page: Page;
  let problems: string[];
  beforeAll(async () => {
    ({ page, problems } = await visit());
  });

  it('is the root of one trace through browser, gateway, services and databases', async () => {
    await page.getByRole('link', { name: 'Notifications' }).click();
    await page.locator('.kind').first().waitFor();
    const traceId = await traceOf(page, /activities\/home/, () => page.getByRole('link', { name: 'Home' }).click());
    const spans = await system.receiver.expectTrace(
      traceId,
      `
      cruddur-web: INTERNAL click home
        cruddur-web: CLIENT GET /api/activities/home
          gateway: SERVER GET /api/activities/home
            gateway: CLIENT GET /activities/home
              home-activities: SERVER GET /activities/home
                home-activities: INTERNAL load home timeline
                  home-activities: CLIENT SELECT timeline
                  home-activities: CLIENT POST /profiles
                    user-activities: SERVER POST /profiles
                      user-activities: CLIENT SELECT users
      `,
      exactly,
    );
    const call = spans.find(({ kind, service }) => kind === 'CLIENT' && service === 'cruddur-web')!;
    expect(call.attributes).toMatchObject({
      'http.request.method': 'GET',
      'url.full': `${origin}/api/activities/home`,
      'url.template': '/api/activities/home',
      'server.port': Number(new URL(origin).port),
      'http.response.status_code': 200,
      'network.protocol.version': '1.1',
    });
    // What the gateway had is less than what the browser waited; the rest is the network's.
    const measured = ['cruddur.network.request_ms', 'cruddur.server_ms', 'cruddur.network.transit_ms'];
    const [waited, served, transit] = measured.map((name) => Number(call.attributes[name]));
    expect(served).toBeGreaterThan(0);
    expect(transit).toBeCloseTo(Math.max(0, waited! - served!), 1);
    expect(Object.keys(call.attributes)).toContain('cruddur.network.response_ms');
    expect(new Set(spans.map(({ attributes }) => attributes['user.id'])).size).toBe(1);
    expect(call.resource['user_agent.original']).toContain('Chrom');
  });

  it('on Post writes the message, and its trace goes on to the event', async () => {
    const composer = page.getByRole('textbox', { name: 'Your message' });
    await composer.fill('Tracing begins with a click. 👩‍🚀');
    await page.getByLabel('Gone in').selectOption('1-hour');
    const traceId = await traceOf(page, /activities$/, () => page.getByRole('button', { name: 'Post' }).click());
    await cards(page).first().getByText('Tracing begins with a click.').waitFor();
    expect(await composer.inputValue()).toBe('');
    await cards(page)
      .first()
      .getByText(/1 hour left|minutes left/)
      .waitFor();
    await system.receiver.expectTrace(
      traceId,
      `
      cruddur-web: INTERNAL click post
        cruddur-web: CLIENT POST /api/activities
          gateway: SERVER POST /api/activities
            gateway: CLIENT POST /activities
              user-activities: SERVER POST /activities
                user-activities: INTERNAL create activity
                  user-activities: CLIENT BEGIN
                  user-activities: CLIENT INSERT idempotency_keys
                  user-activities: CLIENT INSERT activities
                  user-activities: CLIENT UPDATE idempotency_keys
                  user-activities: CLIENT COMMIT
                  user-activities: PRODUCER send activity.created
                    home-activities: CONSUMER process activity.created
                      home-activities: CLIENT INSERT timeline
      `,
      exactly,
    );
  });

  it('on Reply answers an activity', async () => {
    await cards(page).nth(1).locator('a.figure').click();
    const composer = page.getByRole('textbox', { name: /Your reply to/ });
    await composer.fill('Answered from the page.');
    const traceId = await traceOf(page, /reply$/, () => page.getByRole('button', { name: 'Reply' }).click());
    await page.locator('.reply').getByText('Answered from the page.').waitFor();
    await system.receiver.expectTrace(
      traceId,
      `
      cruddur-web: INTERNAL click reply
        cruddur-web: CLIENT POST /api/activities/{uuid}/reply
          gateway: SERVER POST /api/activities/:uuid/reply
            gateway: CLIENT POST /activities/{uuid}/replies
              user-activities: SERVER POST /activities/:uuid/replies
                user-activities: INTERNAL create reply
                  user-activities: CLIENT BEGIN
                  user-activities: CLIENT INSERT idempotency_keys
                  user-activities: CLIENT UPDATE activities
                  user-activities: CLIENT UPDATE idempotency_keys
                  user-activities: CLIENT COMMIT
                  user-activities: PRODUCER send activity.replied
                    home-activities: CONSUMER process activity.replied
                      home-activities: CLIENT INSERT timeline_replies
      `,
      exactly,
    );
  });

  it('shows what it has cost, and leads to its trace', async () => {
    const link = page.locator('.last-trace').getByRole('link');
    await page.locator('.last-trace').getByText('click reply').waitFor();
    const traceId = (await link.getAttribute('href'))!.replace(TRACES, '');
    expect(system.receiver.trace(traceId).some(({ name }) => name === 'click reply')).toBe(true);
    for (const part of ['services', 'network', 'browser']) {
      expect(await page.locator('.legend li', { hasText: part }).textContent()).toMatch(/\d ms$/);
    }
  });

  it('loses nothing when the page goes away right after it', async () => {
    const asked = /search\?term=bakery/;
    await page.goto(`${origin}/search`);
    await page.getByRole('searchbox').fill('bakery');
    const traceId = await traceOf(page, asked, () => page.getByRole('button', { name: 'Search' }).click());
    await cards(page).first().waitFor();
    await page.goto('about:blank');
    await system.receiver.expectTrace(
      traceId,
      `
      cruddur-web: INTERNAL click search
        cruddur-web: CLIENT GET /api/activities/search
          gateway: SERVER GET /api/activities/search
            gateway: CLIENT GET /activities/search
              user-activities: SERVER GET /activities/search
                user-activities: CLIENT SELECT activities
      `,
      exactly,
    );
  });

  it('met no error on the way, and loaded nothing from elsewhere', () => expect(problems).toEqual([]));
});

describe('loading the page', () => {
  it('is a trace as well: the document, its files, and the requests of the first view', async () => {
    const { page, problems } = await openPage(browser, origin);
    const traceId = await traceOf(page, /activities\/@pat/, () => page.goto(`${origin}/@pat`));
    const trace = () => system.receiver.trace(traceId);
    const named = (name: string) => trace().find((span) => span.name === name);
    const names = ['page load', 'GET document', 'GET script', 'GET link', 'SELECT activities'];
    await system.receiver.waitFor('the trace', () => names.every(named), 20_000);
    const root = named('page load')!;
    expect([root.kind, root.parentSpanId]).toEqual(['INTERNAL', undefined]);
    expect(root.attributes).toMatchObject({
      'cruddur.page.route': '/@{handle}',
      'cruddur.page.navigation': 'navigate',
    });
    for (const name of ['GET document', 'GET script', 'GET /api/activities/@{handle}']) {
      expect(named(name)?.parentSpanId).toBe(root.spanId);
    }
    const document = named('GET document')!.attributes;
    expect(document).toMatchObject({ 'url.full': `${origin}/@pat`, 'http.response.status_code': 200 });
    expect(document).toHaveProperty(['cruddur.network.connect_ms']);
    const ids = new Set(trace().map(({ spanId }) => spanId));
    expect(trace().filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId))).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe('what goes wrong', () => {
  it('in the page is an exception on a span', async () => {
    const { page } = await visit('/', '.last-trace');
    await page.evaluate(() => {
      setTimeout(() => {
        throw new TypeError('thrown in the page');
      });
      void Promise.reject(new RangeError('rejected in the page'));
    });
    const thrown = () => system.receiver.spans.filter(({ name }) => name === 'uncaught error');
    await system.receiver.waitFor('both', () => thrown().length === 2, 20_000);
    const exceptions = thrown().map(({ error, events: [event] }: ReceivedSpan) => [
      error,
      event?.name,
      event?.attributes['exception.type'],
      event?.attributes['exception.message'],
    ]);
    expect(exceptions).toEqual(
      expect.arrayContaining([
        [true, 'exception', 'TypeError', 'thrown in the page'],
        [true, 'exception', 'RangeError', 'rejected in the page'],
      ]),
    );
  });

  it('in an answer is told in a sentence, with the trace that shows it', async () => {
    const { page } = await openPage(browser, origin);
    const traceId = await traceOf(page, /activities\/@nobody_here/, () => page.goto(`${origin}/@nobody_here`));
    const alert = page.getByRole('alert');
    await alert.getByText('Nobody here goes by that name.').waitFor();
    expect(await alert.getByRole('link').getAttribute('href')).toBe(TRACES + traceId);
    await screenshot(page, 'feed-error');
    await expectAccessible(page);
  });

  it('on the way is told as well, and can be tried again; what was written stays', async () => {
    const { page } = await visit();
    await page.route('**/api/**', (route) => route.abort());
    await page.getByRole('textbox').fill('Still here.');
    await page.getByRole('button', { name: 'Post' }).click();
    await page.getByRole('alert').getByText('Cruddur does not answer.').waitFor();
    expect(await page.getByRole('textbox').inputValue()).toBe('Still here.');
    await page.getByRole('link', { name: 'Notifications' }).click();
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor();
    await page.unroute('**/api/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.kind').first().waitFor();
  });

  /** Posts, and does something before the message reaches the gateway. */
  async function postWhile(page: Page, message: string, meanwhile: () => Promise<unknown>): Promise<void> {
    let go = () => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    await page.route(/activities$/, async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('textbox').fill(message);
    const answered = page.waitForResponse(/activities$/);
    await page.getByRole('button', { name: 'Post' }).click();
    await meanwhile();
    go();
    expect((await answered).status()).toBe(201);
    await page.unroute(/activities$/);
  }

  it('what is written while a message is sent stays', async () => {
    const { page } = await visit();
    const composer = page.getByRole('textbox');
    await postWhile(page, 'Sent slowly.', () => composer.fill('Written meanwhile.'));
    await cards(page).first().getByText('Sent slowly.').waitFor();
    expect(await composer.inputValue()).toBe('Written meanwhile.');
    await page.close();
  });

  it('a message appears in its own list only', async () => {
    const { page } = await visit();
    await postWhile(page, 'For those at home.', async () => {
      await page.getByRole('link', { name: 'Notifications' }).click();
      await page.locator('.kind').first().waitFor();
    });
    await page.waitForTimeout(200);
    expect(await cards(page).getByText('For those at home.').count()).toBe(0);
    await page.getByRole('link', { name: 'Home' }).click();
    await cards(page).getByText('For those at home.').waitFor();
    await page.close();
  });

  it('a message that failed is another request once it is to stay for longer', async () => {
    const { page } = await visit();
    const keys: (string | null)[] = [];
    await page.route(/activities$/, async (route) => {
      keys.push(await route.request().headerValue('idempotency-key'));
      // Taken, but nobody hears of it.
      await route.fetch();
      await (keys.length < 3 ? route.abort() : route.continue());
    });
    const attempt = () =>
      Promise.all([page.waitForEvent('request'), page.getByRole('button', { name: 'Post' }).click()]);
    await page.getByRole('textbox').fill('For how long?');
    await attempt();
    await page.getByRole('alert').waitFor();
    await attempt();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Gone in').selectOption('1-hour');
    await attempt();
    await cards(page).first().getByText('For how long?').waitFor();
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    await page.close();
  });

  it('counts code points, and lets nobody send too many', async () => {
    const { page } = await visit();
    const [composer, post] = [page.getByRole('textbox'), page.getByRole('button', { name: 'Post' })];
    await composer.fill('👍'.repeat(280));
    expect(await post.isEnabled()).toBe(true);
    await composer.fill('👍'.repeat(283));
    await page.getByText('3 too many').waitFor();
    expect(await post.isDisabled()).toBe(true);
    await composer.fill('  \n ');
    expect(await post.isDisabled()).toBe(true);
  });
});

describe('by keyboard', () => {
  it('one moves, opens, searches and writes', async () => {
    const { page } = await visit();
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
    const second = await cards(page).nth(1).getAttribute('data-card');
    await traceOf(page, new RegExp(`/api${second}`), () => page.keyboard.press('o'));
    await page.waitForURL(`${origin}${second}`);
    // A new view is where one goes on from.
    await page.waitForFunction(() => document.activeElement?.id === 'main');
    await page.keyboard.press('/');
    await page.getByRole('searchbox').waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'term');
    await page.keyboard.type('cat');
    await traceOf(page, /term=cat/, () => page.keyboard.press('Enter'));
    await page.getByRole('searchbox').blur();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('write something').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await page.waitForFunction(() => document.activeElement?.matches('[data-composer]'));
    await page.keyboard.type('Written by hand.');
    await traceOf(page, /activities$/, () => page.keyboard.press('Control+Enter'));
    await cards(page).first().getByText('Written by hand.').waitFor();
    await page.close();
  });
});

describe('its looks', () => {
  const VIEWS: Record<string, [path: string, ready: string]> = {
    home: ['/', '.card'],
    profile: ['/@sol', '.card'],
    search: ['/search?term=cat', '.card'],
    notifications: ['/notifications', '.kind'],
    activity: ['/activities/ca48eb5c-cf16-45ba-9301-e55784d4486b', '.reply'],
  };
  const schemes = ['light', 'dark'] as const;
  const cases = Object.keys(VIEWS).flatMap((name) =>
    schemes.flatMap((scheme) => [1440, 390].map((width) => [name, scheme, width] as const)),
  );

  it.each(cases)('%s, %s, %i wide: accessible, and nothing sticks out', async (name, colorScheme, width) => {
    const { page } = await visit(...VIEWS[name]!, { colorScheme, viewport: { width, height: 844 } });
    await page.locator('.last-trace').waitFor();
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await screenshot(page, `feed-${name}-${colorScheme}-${width}`);
    await page.close();
  });
});

describe('its size', () => {
  it('is small, and the tracing part of it under 10 kB', () => {
    const sizes = globSync('*', { cwd: ASSETS }).map((name) => {
      const content = readFileSync(ASSETS + name);
      return { name: basename(name), bytes: content.length, gzipped: gzipSync(content, { level: 9 }).length };
    });
    for (const { name, bytes, gzipped } of sizes) {
      process.stdout.write(`${name}: ${bytes} bytes, ${gzipped} gzipped\n`);
    }
    const tracing = sizes.filter(({ name }) => name.startsWith('tracing-'));
    expect(tracing).toHaveLength(1);
    expect(tracing[0]!.gzipped).toBeLessThan(10_000);
    expect(sizes.reduce((sum, { gzipped }) => sum + gzipped, 0)).toBeLessThan(40_000);
  });
});
