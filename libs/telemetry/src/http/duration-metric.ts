import { performance } from 'node:perf_hooks';
import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import * as attr from '../attributes.js';

/** Boundaries in seconds, as the HTTP metrics conventions advise. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** The attributes of a span that are attributes of the metric as well: few values each. */
const DIMENSIONS = [
  attr.ATTR_HTTP_REQUEST_METHOD,
  attr.ATTR_HTTP_ROUTE,
  attr.ATTR_NETWORK_PROTOCOL_VERSION,
  attr.ATTR_URL_SCHEME,
];
const CLIENT_DIMENSIONS = [attr.ATTR_SERVER_ADDRESS, attr.ATTR_SERVER_PORT, attr.ATTR_URL_TEMPLATE];

export type DurationName = 'http.server.request.duration' | 'http.client.request.duration';

/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
export function createDurationHistogram(meter: Meter, name: DurationName): Histogram {
  const description = `Duration of HTTP ${name === 'http.server.request.duration' ? 'server' : 'client'} requests.`;
  return meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: BOUNDARIES } });
}

/** Starts the clock; the result stops it and records the duration under the metric's own attributes. */
export function startMeasuring(histogram: Histogram, spanAttributes: Attributes, client = false) {
  const started = performance.now();
  return (statusCode: number | undefined, errorType?: string): void => {
    const attributes: Attributes = {};
    for (const name of client ? [...DIMENSIONS, ...CLIENT_DIMENSIONS] : DIMENSIONS) {
      if (spanAttributes[name] !== undefined) attributes[name] = spanAttributes[name];
    }
    if (statusCode !== undefined) attributes[attr.ATTR_HTTP_RESPONSE_STATUS_CODE] = statusCode;
    const failed = errorType ?? (statusCode !== undefined && statusCode >= (client ? 400 : 500) && String(statusCode));
    if (failed) attributes[attr.ATTR_ERROR_TYPE] = failed;
    histogram.record((performance.now() - started) / 1_000, attributes);
  };
}
