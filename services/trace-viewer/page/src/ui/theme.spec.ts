import { beforeEach, describe, expect, it, jest } from '@jest/globals';

const root = { dataset: {} as Record<string, string>, append: () => {} };
const page = { documentElement: root, createElement: () => ({}) };
const matchMedia = () => ({ matches: false, addEventListener: () => {} });
let kept: Map<string, string>;

async function visit(storage: Partial<Storage>) {
  jest.resetModules();
  Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
  Object.defineProperty(globalThis, 'window', { value: { matchMedia }, configurable: true });
  Object.defineProperty(globalThis, 'document', { value: page, configurable: true });
  return (await import('./theme.js')).theme;
}

const open = (): Partial<Storage> => ({
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
});
const refuse = () => {
  throw new DOMException('Access is denied for this document.', 'SecurityError');
};

describe('the theme', () => {
  beforeEach(() => {
    root.dataset = {};
    kept = new Map();
  });

  it('is the one of the last visit', async () => {
    (await visit(open())).value = 'dark';
    root.dataset = {};
    expect((await visit(open())).value).toBe('dark');
    expect(root.dataset['theme']).toBe('dark');
  });

  it.each(['sepia', '', 'DARK', 'toString'])('is that of the system where %j was stored', async (stored) => {
    kept.set('theme', stored);
    expect((await visit(open())).value).toBe('system');
    expect([root.dataset, kept.size]).toEqual([{}, 0]);
  });

  it('lasts for the visit where the browser refuses its storage', async () => {
    const theme = await visit({ getItem: refuse, setItem: refuse, removeItem: refuse });
    expect(theme.value).toBe('system');
    theme.value = 'light';
    expect(root.dataset['theme']).toBe('light');
  });
});
