import { openDatabase } from '@cruddur/postgres';
import { readConfig } from '@cruddur/service';
import { shutdownTelemetry } from '@cruddur/telemetry';
import { HomeActivitiesConfigSchema } from './home-activities.config.js';
import { showProgress } from './progress.js';
import { TimelineRebuild } from './timeline.rebuild.js';
import { TimelineStore } from './timeline.store.js';
import { UserActivitiesClient } from './user-activities.client.js';

// The command that fills the timeline again, beside a running service or without one.

const config = readConfig(HomeActivitiesConfigSchema);
const userActivities = { origin: config.USER_ACTIVITIES_URL, timeoutMs: config.USER_ACTIVITIES_TIMEOUT_MS };

try {
  const migrations = new URL('./migrations/', import.meta.url);
  const database = { databaseUrl: config.DATABASE_URL, applicationName: 'rebuild timeline', migrations };
  const postgres = await openDatabase(database);
  try {
    const rebuild = new TimelineRebuild(new TimelineStore(postgres), new UserActivitiesClient(userActivities));
    const { done } = await rebuild.run(showProgress('rebuilding the timeline', process.stderr));
    process.stdout.write(`The timeline has ${done} activities and replies of user-activities.\n`);
  } finally {
    await postgres.onApplicationShutdown();
  }
} catch (error) {
  process.stderr.write(`Cannot rebuild the timeline: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
await shutdownTelemetry();
