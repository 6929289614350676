import type { Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';
import { PooledIdGenerator } from './pooled-id-generator.js';
import { RecordingTracer, type TracerSettings } from './recording-tracer.js';
import { DEFAULT_LIMITS } from './span-limits.js';

type Defaults = 'limits' | 'idGenerator' | 'samplerReadsAttributes';
export type RecordingTracerProviderOptions = Omit<TracerSettings, Defaults> & Partial<Pick<TracerSettings, Defaults>>;

/**
 * Stands in the place of the SDK's tracer provider, with the SDK's samplers, processors, exporters and resources, and
 * for every instrumentation. What is different is what a span costs.
 */
export class RecordingTracerProvider implements TracerProvider {
  private readonly settings: TracerSettings;
  private readonly tracers = new Map<string, RecordingTracer>();

  constructor(options: RecordingTracerProviderOptions) {
    this.settings = {
      limits: DEFAULT_LIMITS,
      idGenerator: new PooledIdGenerator(),
      samplerReadsAttributes: true,
      ...options,
    };
  }

  getTracer(name: string, version?: string, { schemaUrl }: TracerOptions = {}): Tracer {
    const key = `${name}@${version ?? ''}:${schemaUrl ?? ''}`;
    let tracer = this.tracers.get(key);
    if (!tracer) {
      tracer = new RecordingTracer({ name, version, schemaUrl }, this.settings);
      this.tracers.set(key, tracer);
    }
    return tracer;
  }

  /** Rejects when a processor does. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.settings.processors.map((processor) => processor.forceFlush()));
  }

  /** Rejects when a processor does. */
  async shutdown(): Promise<void> {
    await Promise.all(this.settings.processors.map((processor) => processor.shutdown()));
  }
}
