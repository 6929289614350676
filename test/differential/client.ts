import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { CLIENT_SCENARIOS, type Where } from './client-scenarios.js';
import { openSpans, stopTracing } from './preload.js';

// The client of the differential test: plays the scenario that it is told, within a span of its own.

type Message = { id: string; traceId: string; where: Where };

async function play({ id, traceId, where }: Message): Promise<string> {
  const { call } = CLIENT_SCENARIOS.find(({ name }) => name === id)!;
  const remote = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: '2'.repeat(16), traceFlags: 1, isRemote: true });
  return trace.getTracer('program').startActiveSpan('caller', {}, remote, async (span) => {
    try {
      return String(await call(where));
    } catch (error) {
      const { name, message, cause } = error as Error;
      return `${name}: ${message} ${cause instanceof Error ? cause.message : ''}`;
    } finally {
      span.end();
    }
  });
}

process.on('message', (message: Message) => {
  const { id } = message;
  if (id === 'stop') void stopTracing().then(() => process.send!({ id, open: [...openSpans.values()] }));
  else void play(message).then((outcome) => process.send!({ id, outcome }));
});
process.send!({ ports: {} });
