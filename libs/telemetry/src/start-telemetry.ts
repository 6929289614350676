import { DiagLogLevel, diag, logs, trace } from '@opentelemetry/api';
import { diagLogLevelFromString } from '@opentelemetry/core';
import { detectResources, envDetector } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { allowBaggage } from './baggage/allowed-baggage.js';
import { BaggageSpanProcessor } from './baggage/baggage-span-processor.js';
import { readDestinations } from './export/destinations.js';
import { ExportQueue, type ExportQueueSettings } from './export/export-queue.js';
import { createExportLog } from './export/export-log.js';
import { type SideDestination, openSideDestinations } from './export/side-destinations.js';
import { FastifyInstrumentation } from './http/fastify.instrumentation.js';
import { UndiciInstrumentation } from './http/undici.instrumentation.js';
import { loadInstrumentations } from './instrumentations.js';
import { showLinks } from './links/development-links.js';
import { readTraceLinks } from './links/read-trace-links.js';
import { createDiagLogger } from './logging/diag-logger.js';
import { writeHeldLines } from './logging/held-lines.js';
import { getLogOutput, getLogger } from './logging/logger.js';
import { OtlpLogBridge, readLogProcessors } from './logging/otlp-logs.js';
import { createPropagator } from './propagation/create-propagator.js';
import { setRelaySinks } from './relay/sinks.js';
import { createResource } from './resource.js';
import { createEdgeSampler, createSampler, decidesById } from './sampling/create-sampler.js';
import { type TelemetryOptions, readPositive, readSettings } from './settings.js';
import { RecordingTracerProvider } from './tracer/recording-tracer-provider.js';
import { readSpanLimits } from './tracer/span-limits.js';

interface Running {
  sdk: NodeSDK;
  tracers: RecordingTracerProvider;
  queues: ExportQueue[];
  sides: SideDestination[];
  logBridge: OtlpLogBridge | undefined;
}
type State = Running | 'disabled';
let state: State | undefined;

/** How long a stopping process waits for its last spans to be taken, in milliseconds. */
const SHUTDOWN_TIMEOUT_MS = 5_000;
const LAST_CHANCE_MS = 1_000;
const CRASH_FLUSH_MS = 2_000;

/**
 * Starts the OpenTelemetry SDK for this process. Call it in a preload (`node --import ./telemetry.js`), so that
 * it runs before the modules that instrumentations patch. The environment wins over `options`; settings that
 * cannot be used are logged and left out, they never stop the service.
 */
export function startTelemetry(options: TelemetryOptions): void {
  if (state) throw new Error('startTelemetry() was called twice');
  const { env } = process;
  const named = detectResources({ detectors: [envDetector] });
  env.OTEL_SERVICE_NAME ||= (named.attributes['service.name'] as string | undefined) ?? options.serviceName;
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') {
    state = 'disabled';
    return;
  }
  const settings = readSettings(options, env);
  const { problems, baggageKeys, trustInbound } = settings;
  allowBaggage(baggageKeys);
  const logger = getLogger();
  const queues = readDestinations(env, problems).map(
    (destination) => new ExportQueue(destination, readQueueSettings(env, problems), createExportLog(logger)),
  );
  const logRecordProcessors = readLogProcessors(env, problems);
  // Metrics are sent only when asked for; then the SDK reads the standard variables itself.
  const metrics = Boolean(env.OTEL_METRICS_EXPORTER) && env.OTEL_METRICS_EXPORTER !== 'none';
  const resource = createResource(options, env).merge(named);
  const sampler = trustInbound ? createSampler(env, problems) : createEdgeSampler(env, problems);
  const tracers = new RecordingTracerProvider({
    resource,
    sampler,
    samplerReadsAttributes: !decidesById(env),
    limits: readSpanLimits(env, problems),
    processors: [new BaggageSpanProcessor(baggageKeys), ...queues],
  });
  const sdk = new NodeSDK({
    resource,
    autoDetectResources: false,
    textMapPropagator: createPropagator(env, problems),
    // Without a processor it leaves the tracer provider to us.
    spanProcessors: [],
    metricReaders: metrics ? undefined : [],
    logRecordProcessors,
    instrumentations: [
      new FastifyInstrumentation({ trustInbound, baggageKeys, metrics }),
      new UndiciInstrumentation({ baggageKeys, metrics }),
      ...loadInstrumentations(settings.instrumentations, problems),
    ],
  });
  // After the SDK's constructor, which sets a console logger of its own when OTEL_LOG_LEVEL is set.
  const diagLevel = diagLogLevelFromString(env.OTEL_LOG_LEVEL) ?? DiagLogLevel.WARN;
  diag.setLogger(createDiagLogger(logger), { logLevel: diagLevel, suppressOverrideMessage: true });
  sdk.start();
  trace.setGlobalTracerProvider(tracers);
  const logBridge = logRecordProcessors.length > 0 ? new OtlpLogBridge(logs.getLogger('pino')) : undefined;
  if (logBridge) getLogOutput().attach(logBridge.sink);
  const links = readTraceLinks(env, problems);
  showLinks(links, env);
  const sides = openSideDestinations({
    env,
    links,
    resource: resource.attributes,
    logger,
    output: getLogOutput(),
    problems,
    flush: () => shutdownTelemetry(CRASH_FLUSH_MS),
  });
  setRelaySinks({ queues, sampler: decidesById(env) ? sampler : undefined, resource: resource.attributes });
  state = { sdk, tracers, queues, sides, logBridge };
  for (const problem of problems) logger.warn(problem);
}

export function isTelemetryStarted(): boolean {
  return state !== undefined;
}

/**
 * Exports what is left, for at most `timeoutMs` milliseconds, and stops. Never rejects: a destination that does
 * not answer must not keep a service from stopping. Spans that could not be delivered are counted in a log line.
 */
export async function shutdownTelemetry(timeoutMs = SHUTDOWN_TIMEOUT_MS): Promise<void> {
  if (!state || state === 'disabled') return;
  const { sdk, tracers, queues, sides, logBridge } = state;
  const destinations = [...queues, ...sides];
  writeHeldLines();
  if (logBridge) {
    logBridge.flush();
    getLogOutput().detach(logBridge.sink);
  }
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    // A destination that was away until now gets one more chance, not the whole time.
    const limitMs = destinations.some(({ isFailing }) => !isFailing) ? timeoutMs : LAST_CHANCE_MS;
    timer = setTimeout(resolve, limitMs);
  });
  // Both reject when a destination is down; what that means is said per destination.
  const providers = [tracers.shutdown(), sdk.shutdown()].map((closing) => closing.catch(() => {}));
  const closed = Promise.all([...providers, ...sides.map((side) => side.close())]);
  await Promise.race([closed, timeout]);
  clearTimeout(timer);
  for (const destination of destinations) destination.reportLoss();
  state = 'disabled';
}

/** The standard variables of the batch span processor, with the specification's defaults, and a bound on bytes. */
function readQueueSettings(env: NodeJS.ProcessEnv, problems: string[]): ExportQueueSettings {
  const maxQueueSize = readPositive(env, 'OTEL_BSP_MAX_QUEUE_SIZE', 2_048, problems);
  const batch = 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE';
  const maxBatchSize = readPositive(env, batch, Math.min(512, maxQueueSize), problems);
  if (maxBatchSize > maxQueueSize) problems.push(`${batch} is above OTEL_BSP_MAX_QUEUE_SIZE: using ${maxQueueSize}`);
  return {
    maxQueueSize,
    maxQueueBytes: readPositive(env, 'TELEMETRY_MAX_QUEUE_BYTES', 32 * 2 ** 20, problems),
    maxBatchSize: Math.min(maxBatchSize, maxQueueSize),
    scheduleDelayMs: readPositive(env, 'OTEL_BSP_SCHEDULE_DELAY', 5_000, problems),
    exportTimeoutMs: readPositive(env, 'OTEL_BSP_EXPORT_TIMEOUT', 30_000, problems),
  };
}
