import { expect, it } from '@jest/globals';
import { runChaos } from '../chaos/chaos.js';

// The short version of npm run test:chaos.
it.each(['tcp', 'rabbitmq'] as const)(
  'loses nothing over %s, whatever is killed, restarted or migrated under writes',
  async (transport) => {
    const report = await runChaos({ transport, kills: 9 });
    expect(report.acknowledged).toBeGreaterThan(50);
    expect(report).toMatchObject({ lost: 0, unequal: 0, deadLettered: 0, rollingRestart: [0, 0] });
    expect(Object.values(report.kills).reduce((sum, kills) => sum + kills, 0)).toBe(9);
  },
  240_000,
);
