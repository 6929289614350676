import { formatAgo } from '../format/time.js';
import { describeQuery, history } from './history.js';
import { Menu } from './menu.js';

export function HistoryMenu() {
  return (
    <Menu label="History">
      {history.value.length === 0 && <p class="menu-none muted">Queries you run are kept here, in this browser.</p>}
      {history.value.map(({ address, at }) => (
        <div class="menu-entry" key={address}>
          <a href={`/query?${address}`}>
            {describeQuery(address)}
            <small>{formatAgo(at)}</small>
          </a>
        </div>
      ))}
    </Menu>
  );
}
