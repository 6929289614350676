import { describe, expect, it } from '@jest/globals';
import { ServerTCP } from '@nestjs/microservices';
import { rememberRoutes } from './remember-routes.js';

class CountingServer extends ServerTCP {
  lookUps = 0;

  override getRouteFromPattern(pattern: string): string {
    this.lookUps++;
    return super.getRouteFromPattern(pattern);
  }
}

const remembering = () => {
  const server = new CountingServer({});
  rememberRoutes(server);
  return server as unknown as CountingServer & { getRouteFromPattern(pattern: string): string };
};

describe('Remembered routes', () => {
  it.each(['activity.created', '"quoted"', '5', '{"cmd":"sum"}', '{"b":1,"a":{"d":2,"c":3}}', '[1]', ''])(
    'of %s is what Nest makes of it, worked out once',
    (pattern) => {
      const plain = new CountingServer({}) as unknown as { getRouteFromPattern(pattern: string): string };
      const server = remembering();
      const routes = [1, 2, 3].map(() => server.getRouteFromPattern(pattern));
      expect(routes).toEqual(Array(3).fill(plain.getRouteFromPattern(pattern)));
      expect(server.lookUps).toBe(1);
    },
  );

  it('lead to a handler that was added after the first message', () => {
    const server = remembering();
    expect(server.getHandlerByPattern('late')).toBeNull();
    const handler = () => Promise.resolve();
    server.addHandler('late', handler as never);
    expect(server.getHandlerByPattern('late')).toBe(handler);
  });

  it('are bounded, since patterns come from outside', () => {
    const server = remembering();
    for (let n = 0; n < 2_000; n++) server.getRouteFromPattern(`topic/${n}`);
    server.lookUps = 0;
    expect(server.getRouteFromPattern('topic/999')).toBe('topic/999');
    expect(server.lookUps).toBe(0);
    expect(server.getRouteFromPattern('topic/1999')).toBe('topic/1999');
    expect(server.lookUps).toBe(1);
  });

  it('are left alone where a strategy has none', () => {
    const strategy = {};
    rememberRoutes(strategy);
    expect(strategy).toEqual({});
  });
});
