import type { Finding } from '../finding.ts';
import type { Destination } from '../telemetry.ts';
import { checkCloudWatch } from './cloudwatch.ts';
import { checkConsole } from './console.ts';
import type { Context } from './context.ts';
import { checkHoneycomb } from './honeycomb.ts';
import { checkOtlp } from './otlp.ts';
import { checkRollbar } from './rollbar.ts';
import { checkXrayDaemon, checkXrayOtlp } from './xray.ts';
import { checkZipkin } from './zipkin.ts';

/** Every destination that is configured, each on its own, all at the same time. */
export async function checkDestinations(context: Context): Promise<Finding[]> {
  const { telemetry, env } = context;
  const spans = telemetry.readDestinations(env, []).map((destination) => checkSpans(destination, context));
  const found = await Promise.all([...spans, checkRollbar(context), checkCloudWatch(context)]);
  return found.flat();
}

function checkSpans(destination: Destination, context: Context): Promise<Finding[]> {
  const [, kind = '', endpoint = ''] = /^(.*?)(?: \((.*)\))?$/.exec(destination.name)!;
  switch (kind) {
    case 'otlp':
      return checkOtlp(destination, endpoint, context);
    case 'zipkin':
      return checkZipkin(destination, endpoint, context);
    case 'console':
      return checkConsole(context);
    case 'Honeycomb':
      return checkHoneycomb(context);
    case 'X-Ray daemon':
      return checkXrayDaemon(context);
    case 'X-Ray':
      return checkXrayOtlp(destination, endpoint);
    default:
      throw new Error(`nothing is known of the destination ${destination.name}`);
  }
}
