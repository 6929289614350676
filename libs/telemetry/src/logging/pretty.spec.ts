import { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { pinoPretty } from './pretty.js';

it('shows the links to a trace right behind the message, and other fields after them', () => {
  let text = '';
  const stream = pinoPretty(
    new Writable({
      write: (chunk, _encoding, done) => {
        text += String(chunk);
        done();
      },
    }),
  );
  const line = { level: 'info', service: 'gateway', trace_links: ['http://a.example/1', 'http://b.example/1'] };
  stream.write(`${JSON.stringify({ ...line, msg: 'request completed' })}\n`);
  stream.write(`${JSON.stringify({ level: 'info', service: 'gateway', msg: 'ready' })}\n`);
  // eslint-disable-next-line no-control-regex
  expect(text.replace(/\u001b\[\d+m/g, '')).toBe(
    'INFO: request completed  http://a.example/1  http://b.example/1 {"service":"gateway"}\n' +
      'INFO: ready {"service":"gateway"}\n',
  );
});
