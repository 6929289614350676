import { type Finding, ok, wrong } from '../finding.ts';
import { type Arrived, missing } from '../arrival.ts';
import type { Destination, Telemetry } from '../telemetry.ts';
import { whyNot } from '../http.ts';

/** What a check of a destination may need. */
export interface Context {
  telemetry: Telemetry;
  env: NodeJS.ProcessEnv;
  /** Undefined when there is no test trace to look for. */
  traceId: string | undefined;
  viewerUrl: string | undefined;
  gatewayUrl: string;
  /** What the services have written so far, where that is known. */
  output: () => string;
}

const TIMEOUT_MS = 8_000;

/**
 * Sends nothing, as the services send spans: the same address, protocol, headers and signature.
 *
 * @returns why it was not taken: undefined when it was
 */
export async function tryToSend({ exporter }: Destination): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer in time'), TIMEOUT_MS);
  });
  const sent = new Promise<string | undefined>((resolve) => {
    exporter.export([], ({ code, error }) => resolve(code === 0 ? undefined : whyNot(error ?? new Error('refused'))));
  });
  const reason = await Promise.race([sent, timeout]);
  clearTimeout(timer);
  return reason;
}

/** @param page what to look at when the trace is not there */
export function judgeArrival(
  subject: string,
  where: string,
  arrived: Arrived | undefined,
  { traceId }: Context,
  page: string,
): Finding {
  if (!traceId) return ok(subject, `${where} takes spans`);
  if (!arrived) {
    const text = `${where} takes spans, but the trace did not arrive; the services' log says why`;
    return wrong(subject, text, 'npm start');
  }
  const absent = missing(arrived);
  const has = `${arrived.spans} spans of ${arrived.services.length} services`;
  if (absent.length === 0 && arrived.orphans === 0) return ok(subject, `${where} has the trace: ${has}`);
  if (absent.length === 0) {
    return wrong(subject, `${where} has ${has}, but not the parents of ${arrived.orphans}`, `open ${page}`);
  }
  return wrong(subject, `${where} has ${has}, none of ${absent.join(' and ')}`, `open ${page}`);
}
