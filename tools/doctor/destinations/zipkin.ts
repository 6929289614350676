import { readZipkin, waitForTrace } from '../arrival.ts';
import { type Finding, wrong } from '../finding.ts';
import type { Destination } from '../telemetry.ts';
import { type Context, judgeArrival, tryToSend } from './context.ts';

export async function checkZipkin(destination: Destination, endpoint: string, context: Context): Promise<Finding[]> {
  const { env, traceId } = context;
  const reason = await tryToSend(destination);
  if (reason) {
    const text = `${endpoint} does not take spans (${reason}); OTEL_EXPORTER_ZIPKIN_ENDPOINT says where Zipkin is`;
    return [wrong('Zipkin', text, 'start Zipkin there, or: OTEL_TRACES_EXPORTER=otlp npm start')];
  }
  const base = endpoint.replace(/\/spans\/?$/, '');
  const arrived = traceId ? await waitForTrace(`${base}/trace/${traceId}`, readZipkin, env) : undefined;
  return [judgeArrival('Zipkin', endpoint, arrived, context, `${new URL(endpoint).origin}/zipkin/traces/${traceId}`)];
}
