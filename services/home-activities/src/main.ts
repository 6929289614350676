import { readConfig, runService } from '@cruddur/service';
import { HomeActivitiesConfigSchema } from './home-activities.config.js';
import { HomeActivitiesModule } from './home-activities.module.js';

const config = readConfig(HomeActivitiesConfigSchema);

await runService({
  name: 'home-activities',
  module: HomeActivitiesModule.forConfig(config),
  host: config.HOST,
  port: config.HOME_ACTIVITIES_PORT,
  portVariable: 'HOME_ACTIVITIES_PORT',
});
