import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ActivityView, HomeView, NotificationsView, ProfileView, SearchView } from './feed/views.js';
import { traceAction } from './tracing/index.js';
import { AutoIcon, BellIcon, HomeIcon, MoonIcon, SearchIcon, SunIcon } from './ui/icons.js';
import { focusedCard, stepCard, useShortcuts } from './ui/keyboard.js';
import { LastTrace } from './ui/last-trace.js';
import { Nothing } from './ui/notes.js';
import { navigate, path } from './ui/router.js';
import { type Theme, theme } from './ui/theme.js';

const KEYS = [
  ['n', 'write something'],
  ['/', 'search'],
  ['j k', 'next, previous'],
  ['o', 'open'],
  ['h', 'home'],
  ['?', 'these keys'],
] as const;

export function App() {
  const help = useRef<HTMLDialogElement>(null);
  const go = (to: string, name: string) => {
    traceAction(name);
    navigate(to);
  };
  const write = () => document.querySelector<HTMLTextAreaElement>('[data-composer]');
  useShortcuts({
    n: () => {
      if (write()) return write()?.focus();
      go('/', 'write');
      requestAnimationFrame(() => write()?.focus());
    },
    '/': () => {
      navigate('/search');
      requestAnimationFrame(() => document.querySelector<HTMLInputElement>('[data-search]')?.focus());
    },
    j: () => stepCard(1),
    k: () => stepCard(-1),
    o: () => focusedCard() && go(focusedCard()!, 'open activity'),
    h: () => go('/', 'home'),
    '?': () => help.current?.showModal(),
  });
  return (
    <>
      <a class="skip" href="#main">
        Skip to the messages
      </a>
      <div class="frame">
        <header class="side">
          <a class="brand" href="/" data-trace="home">
            <img src="/favicon.svg" alt="" width="30" height="30" />
            <span>Cruddur</span>
          </a>
          <nav aria-label="Views">
            <NavLink to="/" name="Home" icon={<HomeIcon />} />
            <NavLink to="/search" name="Search" icon={<SearchIcon />} />
            <NavLink to="/notifications" name="Notifications" icon={<BellIcon />} />
          </nav>
          <ThemeSwitch />
        </header>
        <main id="main" tabIndex={-1}>
          <View />
        </main>
        <aside class="margin" aria-label="About this page">
          <LastTrace />
          <button class="keys-button" type="button" onClick={() => help.current?.showModal()}>
            Keys <kbd>?</kbd>
          </button>
        </aside>
      </div>
      <dialog ref={help} class="keys" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl>
          {KEYS.map(([key, text]) => (
            <div key={key}>
              <dt>
                {key.split(' ').map((one) => (
                  <kbd key={one}>{one}</kbd>
                ))}
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
          <div>
            <dt>
              <kbd>Ctrl</kbd> <kbd>Enter</kbd>
            </dt>
            <dd>send what you wrote</dd>
          </div>
        </dl>
        <form method="dialog">
          <button class="button" type="submit">
            Close
          </button>
        </form>
      </dialog>
    </>
  );
}

function View() {
  const { title, view } = viewOf(path.value);
  useEffect(() => void (document.title = `${title} · Cruddur`), [title]);
  return view;
}

function viewOf(address: string): { title: string; view: ComponentChildren } {
  const [, section = '', id = ''] = address.split('/').map(decode);
  if (section.startsWith('@')) {
    return { title: section, view: <ProfileView key={section} handle={section.slice(1)} /> };
  }
  switch (section) {
    case '':
      return { title: 'Home', view: <HomeView /> };
    case 'search':
      return { title: 'Search', view: <SearchView /> };
    case 'notifications':
      return { title: 'Notifications', view: <NotificationsView /> };
    case 'activities':
      return { title: 'Message', view: <ActivityView key={id} uuid={id} /> };
    default:
      return { title: 'Not found', view: <Nothing title="There is nothing at this address" /> };
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function NavLink({ to, name, icon }: { to: string; name: string; icon: ComponentChildren }) {
  return (
    <a href={to} aria-current={path.value === to ? 'page' : undefined} data-trace={name.toLowerCase()}>
      {icon}
      <span>{name}</span>
    </a>
  );
}

const THEMES: Record<Theme, { next: Theme; icon: ComponentChildren; name: string }> = {
  system: { next: 'light', icon: <AutoIcon />, name: 'as the system' },
  light: { next: 'dark', icon: <SunIcon />, name: 'light' },
  dark: { next: 'system', icon: <MoonIcon />, name: 'dark' },
};

function ThemeSwitch() {
  const { next, icon, name } = THEMES[theme.value];
  return (
    <button class="theme" type="button" aria-label={`Colours: ${name}. Change`} onClick={() => (theme.value = next)}>
      {icon}
    </button>
  );
}
