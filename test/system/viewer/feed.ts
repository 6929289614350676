import { sendLargeTrace, sendRequests } from './traffic.ts';

/**
 * Fills a running trace viewer with believable traffic, for looking at its page:
 * `node test/system/viewer/feed.ts [http://127.0.0.1:4318] [requests over the last hour]`, then two requests a second
 * until it is interrupted.
 */
const [, , receiver = 'http://127.0.0.1:4318', count = '1500'] = process.argv;
await sendRequests(receiver, Number(count), 3_600_000);
await sendLargeTrace(receiver, 10_000);
for (let seed = 2; ; seed++) {
  await sendRequests(receiver, 2, 1000, seed);
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
