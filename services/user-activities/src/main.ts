import { readConfig, runService } from '@cruddur/service';
import { UserActivitiesConfigSchema } from './user-activities.config.js';
import { UserActivitiesModule } from './user-activities.module.js';

const config = readConfig(UserActivitiesConfigSchema);

await runService({
  name: 'user-activities',
  module: UserActivitiesModule.forConfig(config),
  host: config.HOST,
  port: config.USER_ACTIVITIES_PORT,
  portVariable: 'USER_ACTIVITIES_PORT',
});
