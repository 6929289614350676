import type { Address } from './addresses.ts';

/** What the terminal shows once everything is ready. */
export function welcome(addresses: readonly Address[], database: string, traces: string): string {
  const rows = addresses.map(({ service, url, taken }) => [
    service.name,
    `${readable(url)}${taken ? ' (was running already)' : ''}`,
  ]);
  const gateway = addresses.find(({ service }) => service.name === 'gateway');
  const table = [
    ...rows.reverse(),
    ['PostgreSQL', database],
    [],
    ...(gateway ? [['Open', readable(gateway.url)]] : []),
    ...(gateway ? [['Try', `curl ${readable(gateway.url)}/api/activities/home`]] : []),
    ['Traces', traces],
    ['Stop', 'Ctrl-C'],
  ];
  const width = Math.max(...table.map(([label = '']) => label.length));
  const lines = table.map(([label = '', text = '']) => `  ${label.padEnd(width)}  ${text}`.trimEnd());
  return ['', 'Cruddur is running.', '', ...lines, ''].join('\n');
}

function readable(url: string): string {
  return url.replace('//127.0.0.1:', '//localhost:');
}
