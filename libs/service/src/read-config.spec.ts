import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { hostSchema, millisecondsSchema, originSchema, portSchema } from './config-schemas.js';
import { ConfigError, parseConfig } from './read-config.js';

const Schema = z.object({
  HOST: hostSchema,
  PORT: portSchema.default(4567),
  NEIGHBOUR_URL: originSchema.default('http://127.0.0.1:1'),
  WAIT_MS: millisecondsSchema.default(5),
});

function messageOf(environment: NodeJS.ProcessEnv): string {
  try {
    parseConfig(Schema, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('parseConfig', () => {
  it('fills in what is not set, or set to nothing', () => {
    const defaults = { HOST: '127.0.0.1', PORT: 4567, NEIGHBOUR_URL: 'http://127.0.0.1:1', WAIT_MS: 5 };
    expect(parseConfig(Schema, {})).toEqual(defaults);
    expect(parseConfig(Schema, { HOST: '', PORT: '', NEIGHBOUR_URL: '', WAIT_MS: '' })).toEqual(defaults);
  });

  it('reads text as what it means, and leaves the rest of the environment out', () => {
    const environment = { HOST: '0.0.0.0', PORT: '0', NEIGHBOUR_URL: 'http://user-activities:4569/', PATH: '/bin' };
    expect(parseConfig(Schema, environment)).toEqual({
      HOST: '0.0.0.0',
      PORT: 0,
      NEIGHBOUR_URL: 'http://user-activities:4569',
      WAIT_MS: 5,
    });
  });

  it('names every bad variable on its own line and shows no value', () => {
    const message = messageOf({ PORT: '70000', NEIGHBOUR_URL: 'postgres://u:s3cret@x/db', WAIT_MS: 'soon' });
    expect(message.split('\n').map((line) => line.split(':')[0])).toEqual(['PORT', 'NEIGHBOUR_URL', 'WAIT_MS']);
    expect(message).not.toMatch(/70000|s3cret|soon/);
  });

  it.each(['-1', '1.5', 'http', '65536', '0x', '1e9'])('refuses the port %s', (PORT) => {
    expect(messageOf({ PORT })).toMatch(/^PORT: must be /);
  });

  it.each(['127.0.0.1:4569', 'ftp://x', 'nonsense'])('refuses the URL %s', (NEIGHBOUR_URL) => {
    expect(messageOf({ NEIGHBOUR_URL })).toBe('NEIGHBOUR_URL: must be an http:// or https:// URL');
  });

  it.each(['http://x/api', 'http://x/?a=1', 'http://x/#a', 'http://u:s3cret@x'])(
    'refuses the URL %s',
    (NEIGHBOUR_URL) => {
      expect(messageOf({ NEIGHBOUR_URL })).toBe('NEIGHBOUR_URL: must be scheme, host and port alone');
    },
  );

  it.each(['-1', '86400001', '1e10'])('refuses %s milliseconds', (WAIT_MS) => {
    expect(messageOf({ WAIT_MS })).toBe('WAIT_MS: must be 0 to 86400000');
  });
});
