import { runChaos } from './chaos.js';

// npm run test:chaos -- kills everything at random under writes, over both transports, and shows what became of it.

const KILLS = Number(process.env.CHAOS_KILLS) || 64;
const write = (text: string) => void process.stdout.write(text);
let failed = false;

for (const transport of ['tcp', 'rabbitmq'] as const) {
  const kills = Math.ceil(KILLS / 2);
  const report = await runChaos({
    transport,
    kills,
    onKill: (done, victim) =>
      write(process.stdout.isTTY ? `\r${transport}: ${done}/${kills} ${victim.padEnd(16)}` : ''),
  });
  write(`${process.stdout.isTTY ? '\n' : ''}${JSON.stringify(report, null, 2)}\n`);
  failed ||= report.lost > 0 || report.unequal > 0 || report.deadLettered > 0;
}
write(failed ? 'Something was lost or given up.\n' : 'Every acknowledged post is on the timeline exactly once.\n');
process.exitCode = failed ? 1 : 0;
