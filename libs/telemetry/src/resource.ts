import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Resource, defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import type { TelemetryOptions } from './settings.js';

/**
 * Who is speaking (https://opentelemetry.io/docs/specs/semconv/resource/). The command line is left out:
 * it may hold secrets. OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME win over all of this.
 */
export function createResource(options: TelemetryOptions, env: NodeJS.ProcessEnv): Resource {
  const version = options.serviceVersion ?? versionOfProgram();
  return defaultResource().merge(
    resourceFromAttributes({
      'service.name': options.serviceName,
      ...(version && { 'service.version': version }),
      ...(options.serviceNamespace && { 'service.namespace': options.serviceNamespace }),
      'service.instance.id': randomUUID(),
      'deployment.environment.name': env.NODE_ENV || 'development',
      'host.name': hostname(),
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
    }),
  );
}

function versionOfProgram(): string | undefined {
  const program = process.argv[1];
  const manifest = program && findPackageJSON(pathToFileURL(program));
  if (!manifest || basename(manifest) !== 'package.json') return undefined;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string };
  return version;
}
