import { describe, expect, it } from '@jest/globals';
import { ConfigError, parseConfig } from '@cruddur/service';
import { UserActivitiesConfigSchema } from './user-activities.config.js';

const DATABASE_URL = 'postgres://ada:hunter2@127.0.0.1/feed';
const read = (environment: NodeJS.ProcessEnv) => parseConfig(UserActivitiesConfigSchema, environment);

describe('the configuration of user-activities', () => {
  it('needs no more than DATABASE_URL', () => {
    expect(read({ DATABASE_URL })).toEqual({
      HOST: '127.0.0.1',
      USER_ACTIVITIES_PORT: 4569,
      DATABASE_URL,
      HOME_ACTIVITIES_EVENTS_URL: 'tcp://127.0.0.1:4571',
      EVENTS_TIMEOUT_MS: 5_000,
    });
  });

  it.each([
    [{}, 'DATABASE_URL: is missing'],
    [{ DATABASE_URL: '' }, 'DATABASE_URL: is missing'],
    [{ DATABASE_URL: 'ada:hunter2@db' }, 'DATABASE_URL: must be postgres://'],
    [{ DATABASE_URL, USER_ACTIVITIES_PORT: 'http' }, 'USER_ACTIVITIES_PORT: '],
    [{ DATABASE_URL, USER_ACTIVITIES_PORT: '70000' }, 'USER_ACTIVITIES_PORT: '],
    [{ DATABASE_URL, EVENTS_URL: 'http://ada:hunter2@mq' }, 'EVENTS_URL: must be amqp://'],
    [{ DATABASE_URL, HOME_ACTIVITIES_EVENTS_URL: 'home:4571' }, 'HOME_ACTIVITIES_EVENTS_URL: must be tcp://'],
    [{ DATABASE_URL, HOME_ACTIVITIES_EVENTS_URL: '//' }, 'HOME_ACTIVITIES_EVENTS_URL: must be tcp://'],
    [{ DATABASE_URL, HOME_ACTIVITIES_EVENTS_URL: 'tcp://home' }, 'HOME_ACTIVITIES_EVENTS_URL: must be tcp://'],
  ])('names what is wrong in %j and shows no secret', (environment, start) => {
    expect(() => read(environment)).toThrow(ConfigError);
    expect(() => read(environment)).toThrow(start);
    expect(() => read(environment)).not.toThrow('hunter2');
  });
});
