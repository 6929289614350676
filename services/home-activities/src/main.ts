import { HOME_ACTIVITIES_QUEUE } from '@cruddur/contracts';
import { eventServer } from '@cruddur/messaging';
import { readConfig, runService } from '@cruddur/service';
import { HomeActivitiesConfigSchema } from './home-activities.config.js';
import { HomeActivitiesModule } from './home-activities.module.js';

const config = readConfig(HomeActivitiesConfigSchema);
const { HOST, EVENTS_PORT, EVENTS_URL } = config;
const { server, broker } = eventServer({
  brokerUrl: EVENTS_URL,
  queue: HOME_ACTIVITIES_QUEUE,
  host: HOST,
  port: EVENTS_PORT,
});

await runService({
  name: 'home-activities',
  module: HomeActivitiesModule.forConfig(config, broker),
  host: HOST,
  port: config.HOME_ACTIVITIES_PORT,
  portVariable: 'HOME_ACTIVITIES_PORT',
  // A broker is somebody else's port.
  messages: broker ? { server } : { server, port: EVENTS_PORT, portVariable: 'EVENTS_PORT' },
});
