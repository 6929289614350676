import { runService } from '@cruddur/service';
import { readHomeActivitiesConfig } from './home-activities.config.js';
import { HomeActivitiesModule } from './home-activities.module.js';

const config = readHomeActivitiesConfig();

await runService({
  name: 'home-activities',
  module: HomeActivitiesModule.with(config),
  host: config.host,
  port: config.port,
  portVariable: 'HOME_ACTIVITIES_PORT',
});
