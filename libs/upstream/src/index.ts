export { Upstream, type UpstreamCall } from './upstream.js';
export type { UpstreamOperation } from './operation.js';
export type { UpstreamOptions } from './options.js';
export { UpstreamError, UpstreamFailedError, UpstreamTimeoutError, UpstreamUnavailableError } from './errors.js';
