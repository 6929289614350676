import { connected } from '../api/stream.js';
import { path } from './router.js';
import { theme, type Theme } from './theme.js';
import './top-bar.css';

const PAGES = [
  { href: '/', label: 'Traces', sections: ['', 'traces', 'compare'] },
  { href: '/services', label: 'Services', sections: ['services'] },
  { href: '/logs', label: 'Logs', sections: ['logs'] },
  { href: '/query', label: 'Query', sections: ['query'] },
  { href: '/boards', label: 'Boards', sections: ['boards'] },
];
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const ICON: Record<Theme, string> = { system: '◐', light: '☀', dark: '☾' };

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const section = path.value.split('/')[1] ?? '';
  return (
    <header class="top-bar">
      <a class="brand" href="/">
        <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="#4f46e5" />
          <rect x="6" y="8" width="20" height="4" rx="2" fill="#fff" />
          <rect x="10" y="14" width="13" height="4" rx="2" fill="#c7d2fe" />
          <rect x="14" y="20" width="7" height="4" rx="2" fill="#fcd34d" />
        </svg>
        <span>Cruddur Tracing</span>
      </a>
      <nav aria-label="Pages">
        {PAGES.map(({ href, label, sections }) => (
          <a key={href} href={href} aria-current={sections.includes(section) ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <div class="top-bar-end">
        <Connection />
        <button
          type="button"
          class="button quiet icon"
          aria-label={`Colours: ${theme.value}. Change to ${NEXT[theme.value]}`}
          title={`Colours: ${theme.value}`}
          onClick={() => (theme.value = NEXT[theme.value])}
        >
          <span aria-hidden="true">{ICON[theme.value]}</span>
        </button>
        <button type="button" class="button quiet icon" aria-label="Keyboard shortcuts" onClick={onHelp}>
          ?
        </button>
      </div>
    </header>
  );
}

function Connection() {
  if (connected.value === undefined) return null;
  return (
    <span class={`connection ${connected.value ? 'on' : 'off'}`} role="status">
      <i aria-hidden="true" />
      {connected.value ? 'Live' : 'Disconnected'}
    </span>
  );
}
