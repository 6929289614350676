import { effect, signal } from '@preact/signals';

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
const KEY = 'theme';
const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

export const theme = signal<Theme>(storedTheme());
/** Changes whenever the colours do, so that canvases know to draw again. */
export const isDark = signal(darkSystem.matches);

effect(() => {
  isDark.value = theme.value === 'system' ? darkSystem.matches : theme.value === 'dark';
  if (theme.value === 'system') {
    delete document.documentElement.dataset['theme'];
  } else {
    document.documentElement.dataset['theme'] = theme.value;
  }
  storeTheme(theme.value);
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

/** A browser may refuse its storage: the theme is then that of this visit. */
function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.find((known) => known === stored) ?? 'system';
  } catch {
    return 'system';
  }
}

function storeTheme(chosen: Theme): void {
  try {
    if (chosen === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, chosen);
  } catch {
    // See above.
  }
}
