export { type InMemoryTracing, startInMemoryTracing } from './in-memory-tracing.js';
export {
  OtlpReceiver,
  type ReceivedRequest,
  type ReceiverMode,
  type WaitOptions,
  startOtlpReceiver,
} from './otlp-receiver.js';
export { dedent, diffOutlines, outline } from './outline.js';
export type { ReceivedSpan } from './received-span.js';
