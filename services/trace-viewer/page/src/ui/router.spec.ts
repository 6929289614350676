import { beforeEach, describe, expect, it, jest } from '@jest/globals';

const focus = jest.fn();
const scrollTo = jest.fn();
let back: (to: string) => void;

async function visit(address: string) {
  jest.resetModules();
  const location = { href: `http://cruddur.test${address}` };
  const go = (_state: null, _title: string, to: URL) => (location.href = to.href);
  const addEventListener = jest.fn();
  const window = { location, history: { pushState: go, replaceState: go }, addEventListener, scrollTo };
  const document = { getElementById: (id: string) => (id === 'main' ? { focus } : null) };
  Object.defineProperty(globalThis, 'window', { value: window, configurable: true });
  Object.defineProperty(globalThis, 'document', { value: document, configurable: true });
  const router = await import('./router.js');
  const [, pop] = addEventListener.mock.calls.find(([event]) => event === 'popstate') as [string, () => void];
  back = (to) => {
    location.href = new URL(to, location.href).href;
    pop();
  };
  return router;
}

describe('the router', () => {
  beforeEach(() => void jest.clearAllMocks());

  it('leaves the focus where it is when the page is first opened', async () => {
    const { path } = await visit('/services');
    expect([path.value, focus.mock.calls]).toEqual(['/services', []]);
  });

  it('moves the focus to the new page, without scrolling to it', async () => {
    const { navigate, path } = await visit('/');
    navigate('/services');
    expect([path.value, focus.mock.calls]).toEqual(['/services', [[{ preventScroll: true }]]]);
    expect(scrollTo).toHaveBeenCalledWith(0, 0);
  });

  it('moves the focus on the way back as well, and scrolls nowhere', async () => {
    const { path } = await visit('/services');
    back('/');
    expect([path.value, focus.mock.calls.length, scrollTo.mock.calls.length]).toEqual(['/', 1, 0]);
  });

  it('leaves the focus where it is within a page', async () => {
    const { navigate, params } = await visit('/logs?q=bread');
    navigate('/logs?q=train');
    back('/logs?q=bread');
    navigate('/logs?q=train');
    expect([params.value.get('q'), focus.mock.calls]).toEqual(['train', []]);
  });
});
