// For a service that takes spans of browsers and passes them on; others do not load it.
export { adoptCallers, type AdoptionRule } from '../http/adopted-caller.js';
export { leaveUntraced } from '../http/ignored-paths.js';
export { type Encoding, MalformedOtlpError } from './otlp-body.js';
export { OTLP_CONTENT_TYPE, errorStatus, exportResponse } from './otlp-response.js';
export { type RelayOptions, type RelayResult, canRelaySpans, relaySpans } from './relay-spans.js';
