import { useEffect, useRef, useState } from 'preact/hooks';
import './app.css';
import { ComparePage } from './compare/compare-page.js';
import { LogsPage } from './logs/logs-page.js';
import { BoardsPage } from './query/boards-page.js';
import { QueryPage } from './query/query-page.js';
import { ServicesPage } from './services/services-page.js';
import { TracePage } from './trace/trace-page.js';
import { TracesPage } from './traces/traces-page.js';
import { HelpDialog } from './ui/help-dialog.js';
import { Nothing } from './ui/notes.js';
import { useShortcuts } from './ui/keyboard.js';
import { navigate, path } from './ui/router.js';
import { StatusBanner } from './ui/status-banner.js';
import { TopBar } from './ui/top-bar.js';

const GO: Record<string, string> = { t: '/', s: '/services', l: '/logs', q: '/query', b: '/boards' };

export function App() {
  const [help, setHelp] = useState(false);
  const goUntil = useRef(0);
  const go = Object.fromEntries(
    Object.entries(GO).map(([key, to]) => [key, () => Date.now() < goUntil.current && navigate(to)]),
  );
  useShortcuts({
    ...go,
    g: () => (goUntil.current = Date.now() + 1200),
    '?': () => setHelp(true),
    '/': () => document.querySelector<HTMLInputElement>('[data-search]')?.focus(),
  });
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <TopBar onHelp={() => setHelp(true)} />
      <StatusBanner />
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </>
  );
}

function Page() {
  const [, section = '', id] = path.value.split('/');
  const title = TITLES[section] ?? 'Not found';
  useEffect(() => void (document.title = `${title} · Cruddur Tracing`), [title]);
  switch (section) {
    case '':
      return <TracesPage />;
    case 'traces':
      return id ? <TracePage key={id} traceId={id} /> : <TracesPage />;
    case 'services':
      return <ServicesPage />;
    case 'compare':
      return <ComparePage />;
    case 'logs':
      return <LogsPage />;
    case 'query':
      return <QueryPage />;
    case 'boards':
      return <BoardsPage slug={id} />;
    default:
      return (
        <Nothing title="There is no such page">
          <a href="/">Go to the traces</a>
        </Nothing>
      );
  }
}

const TITLES: Record<string, string> = {
  '': 'Traces',
  traces: 'Trace',
  services: 'Services',
  compare: 'Compare',
  logs: 'Logs',
  query: 'Query',
  boards: 'Boards',
};
