// Answers with as many spans, of as many attributes each, as the request asks for.
import { trace } from '@opentelemetry/api';
import fastify from 'fastify';

const app = fastify();
const tracer = trace.getTracer('bench');
app.get('/health/live', () => ({}));
app.get('/spans/:spans/attributes/:attributes', ({ params }) => {
  for (let i = 0; i < Number(params.spans); i++) {
    tracer.startActiveSpan('work', (span) => {
      for (let j = 0; j < Number(params.attributes); j++) span.setAttribute(`attribute.${j}`, `value ${j}`);
      span.end();
    });
  }
  return {};
});
await app.listen({ port: Number(process.env.GATEWAY_PORT) });
process.on('SIGTERM', () => void app.close().then(() => process.exit()));
