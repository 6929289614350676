// Takes OTLP over HTTP and counts spans: a run whose spans were not all delivered would look too good.
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';

let spans = 0;
const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('latin1');
    for (let at = body.indexOf('"startTimeUnixNano"'); at >= 0; at = body.indexOf('"startTimeUnixNano"', at + 1))
      spans++;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('message', () => process.send?.({ spans }));
process.on('disconnect', () => process.exit());
