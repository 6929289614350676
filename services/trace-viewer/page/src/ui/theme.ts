import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'theme';
const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

export const theme = signal<Theme>((localStorage.getItem(KEY) as Theme | null) ?? 'system');
/** Changes whenever the colours do, so that canvases know to draw again. */
export const isDark = signal(darkSystem.matches);

effect(() => {
  isDark.value = theme.value === 'system' ? darkSystem.matches : theme.value === 'dark';
  if (theme.value === 'system') {
    delete document.documentElement.dataset['theme'];
    localStorage.removeItem(KEY);
  } else {
    document.documentElement.dataset['theme'] = theme.value;
    localStorage.setItem(KEY, theme.value);
  }
});
darkSystem.addEventListener('change', () => {
  if (theme.peek() === 'system') isDark.value = darkSystem.matches;
});

const probe = document.createElement('span');
probe.hidden = true;
document.documentElement.append(probe);

/** A custom property as a colour that a canvas takes; var() and light-dark() resolved. */
export function cssColour(property: string): string {
  probe.style.color = `var(${property})`;
  return getComputedStyle(probe).color;
}
