// Takes OTLP over HTTP and counts spans: a run whose spans were not all delivered would look too good.
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';

/** By subject, which is the first part of the path. */
const spans = {};
const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const subject = request.url?.split('/')[1] ?? '';
    spans[subject] ??= 0;
    const body = Buffer.concat(chunks).toString('latin1');
    for (let at = body.indexOf('"startTimeUnixNano"'); at >= 0; at = body.indexOf('"startTimeUnixNano"', at + 1))
      spans[subject]++;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('message', () => process.send?.(spans));
process.on('disconnect', () => process.exit());
