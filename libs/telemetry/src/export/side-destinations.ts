import { createRequire } from 'node:module';
import type { Logger } from 'pino';
import type * as logShipper from '../cloudwatch/log-shipper.js';
import { readCloudWatch } from '../cloudwatch/settings.js';
import type { TraceLink } from '../links/trace-link.js';
import type { LogOutput } from '../logging/log-output.js';
import type * as crashes from '../rollbar/report-crashes.js';
import type * as rollbarReporter from '../rollbar/reporter.js';
import { readRollbar } from '../rollbar/settings.js';
import { setFaultReporter } from '../spans/report-fault.js';

/** What takes something else than spans. */
export interface SideDestination {
  readonly isFailing: boolean;
  close(): Promise<void>;
  reportLoss(): void;
}

export interface SideDestinationContext {
  env: NodeJS.ProcessEnv;
  /** Attributes of the resource. */
  resource: Record<string, unknown>;
  links: readonly TraceLink[];
  logger: Logger;
  output: LogOutput;
  problems: string[];
  /** What is to be done before the process may end after a crash; bounded. */
  flush: () => Promise<void>;
}

// At once, unlike an exporter: what fails while a service starts is worth reporting, too.
const load = createRequire(import.meta.url);

/** Rollbar when ROLLBAR_ACCESS_TOKEN is set, CloudWatch Logs when CLOUDWATCH_LOG_GROUP is; loaded only then. */
export function openSideDestinations(context: SideDestinationContext): SideDestination[] {
  return [...openRollbar(context), ...openCloudWatch(context)];
}

function openRollbar({ env, resource, links, logger, problems, flush }: SideDestinationContext): SideDestination[] {
  const settings = readRollbar(env, resource, problems);
  if (!settings) return [];
  const { RollbarReporter } = load('../rollbar/reporter.js') as typeof rollbarReporter;
  const { reportCrashes } = load('../rollbar/report-crashes.js') as typeof crashes;
  const { queue, report } = new RollbarReporter(settings, links, logger);
  setFaultReporter(report);
  reportCrashes(logger, flush);
  return [queue];
}

function openCloudWatch({ env, logger, output, problems }: SideDestinationContext): SideDestination[] {
  const settings = readCloudWatch(env, problems);
  if (!settings) return [];
  const { LogShipper } = load('../cloudwatch/log-shipper.js') as typeof logShipper;
  const { queue, sink } = new LogShipper(settings, logger);
  output.attach(sink);
  return [queue];
}
