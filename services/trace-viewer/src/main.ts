import { Live } from './api/live.js';
import { createApp } from './create-app.js';
import { Intake } from './receiver/intake.js';
import { WorkerStore } from './store/worker-store.js';
import { loadConfig } from './trace-viewer.config.js';

/** What requests get to come to their end. */
const CLOSE_MS = 5_000;

const write = (level: 'info' | 'fatal', msg: string) =>
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), service: 'trace-viewer', msg })}\n`);

// Whoever read the log may be gone; what was accepted must be stored all the same.
process.stdout.on('error', () => {});

function fail(error: unknown): never {
  write('fatal', error instanceof Error ? error.message : String(error));
  process.exit(1);
}

try {
  const config = loadConfig();
  const store = await WorkerStore.open(
    {
      directory: config.dataDir,
      memoryLimitMb: config.memoryLimitMb,
      maxAgeHours: config.maxAgeHours,
      maxBytes: config.maxBytes,
    },
    fail,
  );
  const app = await createApp(config, store);
  await app.listen(config.port, config.host);

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    write('info', `${signal}: stopping`);
    app.get(Intake).closing = true;
    app.get(Live).close();
    setTimeout(() => app.getHttpServer().closeAllConnections(), CLOSE_MS).unref();
    await app.close();
    // Last: whatever was accepted is in the file before the process ends.
    await store.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal).catch(fail));
  // Last: whoever waits for this line may stop the process at once.
  write('info', `listening on ${await app.getUrl()}`);
} catch (error) {
  fail(error);
}
