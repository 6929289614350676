import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it, jest } from '@jest/globals';
import type { Store } from '../store/remote.js';
import { Live } from './live.js';

describe('Live', () => {
  it('runs no timer for a reader who left before the first answer', async () => {
    let answer = (_status: string) => {};
    const status = new Promise<string>((resolve) => (answer = resolve));
    const live = new Live({ onUpdate: () => {}, json: () => status } as unknown as Store);
    const response = Object.assign(new EventEmitter(), { write: () => true }) as unknown as ServerResponse;
    const timers = jest.spyOn(globalThis, 'setInterval');
    try {
      const watching = live.watch(response);
      response.emit('close');
      answer('{}');
      await watching;
      expect(timers).not.toHaveBeenCalled();
    } finally {
      timers.mockRestore();
      live.stop();
    }
  });
});
