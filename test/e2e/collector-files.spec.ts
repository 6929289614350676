import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

type Components = Record<string, any>;
interface Pipeline {
  receivers: string[];
  processors?: string[];
  exporters: string[];
}
interface CollectorFile {
  receivers?: Components;
  processors?: Components;
  connectors?: Components;
  exporters?: Components;
  extensions?: Components;
  service: { extensions?: string[]; pipelines: Record<string, Pipeline> };
}
type Manifest = Record<string, { gomod: string }[]> & { dist: { version: string } };

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const KINDS = ['receivers', 'processors', 'connectors', 'exporters', 'extensions'] as const;
const SIGNALS = ['traces', 'logs', 'metrics'];

const names = globSync('*.yaml', { cwd: fileURLToPath(new URL('otel-collector/', ROOT)) })
  .map((file) => file.replace('.yaml', ''))
  .filter((name) => name !== 'builder')
  .sort();
const files = names.map((name) => {
  const text = read(`otel-collector/${name}.yaml`);
  return { name, text, file: parse(text, { merge: true }) as CollectorFile };
});
const base = files.find(({ name }) => name === 'base')!.file;
const vendors = files.filter(({ name }) => !['base', 'load-balancer'].includes(name));
const manifest = parse(read('otel-collector/builder.yaml')) as Manifest;

/** `otlp_http/jaeger` is of type `otlp_http`. */
const typeOf = (id: string) => id.split('/')[0]!;
/** The module .../exporter/otlphttpexporter has the type `otlp_http`: names differ by underscores and the kind alone. */
const plain = (name: string) => name.replaceAll('_', '');
const built = (kind: string) =>
  (manifest[kind] ?? []).map(({ gomod }) => {
    const folder = gomod.split(' ')[0]!.split('/').at(-1)!;
    return folder.replace(new RegExp(`${kind.replace(/s$/, '')}$`), '');
  });
const used = (kind: (typeof KINDS)[number]) => [
  ...new Set(
    files.flatMap(({ file }) =>
      Object.keys(file[kind] ?? {})
        .map(typeOf)
        .map(plain),
    ),
  ),
];

describe('otel-collector/', () => {
  it('has a file for each vendor', () => {
    expect(vendors.map(({ name }) => name)).toEqual(['cloudwatch', 'honeycomb', 'jaeger', 'otlp', 'xray', 'zipkin']);
  });

  it.each(KINDS)('builds the %s that the files use, and no others', (kind) => {
    expect(used(kind).sort()).toEqual(built(kind).sort());
  });

  it('runs the release that it builds', () => {
    const { version } = manifest.dist;
    expect(read('otel-collector/Dockerfile')).toContain(`opentelemetry-collector-contrib:${version}\n`);
    expect(JSON.parse(read('package.json')).scripts['collector:build']).toContain(`cmd/builder@v${version} `);
  });

  it.each(files)('$name names in its pipelines what is defined', ({ file }) => {
    const defined = (kind: (typeof KINDS)[number]) =>
      Object.keys({ ...(file === base ? {} : base[kind]), ...file[kind] });
    const { extensions = [], pipelines } = file.service;
    expect(defined('extensions')).toEqual(expect.arrayContaining(extensions));
    for (const [id, { receivers, processors = [], exporters }] of Object.entries(pipelines)) {
      expect(SIGNALS).toContain(typeOf(id));
      expect(defined('receivers').concat(defined('connectors'))).toEqual(expect.arrayContaining(receivers));
      expect(defined('processors')).toEqual(expect.arrayContaining(processors));
      expect(defined('exporters').concat(defined('connectors'))).toEqual(expect.arrayContaining(exporters));
    }
  });

  it.each(SIGNALS)('limits memory first, then redacts, whatever comes in as %s', (signal) => {
    const { processors } = base.service.pipelines[signal]!;
    expect(processors![0]).toBe('memory_limiter');
    expect(processors).toContain('redaction');
    const takers = Object.entries(base.service.pipelines).filter(([, { receivers }]) => receivers.includes('otlp'));
    expect(takers.map(([id]) => id)).toEqual(SIGNALS);
  });

  it.each(vendors)('$name replaces nothing of base.yaml, and of itself only', ({ name, file }) => {
    for (const kind of KINDS) {
      const shared = Object.keys(file[kind] ?? {}).filter((id) => id in (base[kind] ?? {}));
      expect(shared).toEqual([]);
    }
    for (const [id, pipeline] of Object.entries(file.service.pipelines)) {
      expect(id.split('/')[1]).toBe(name);
      expect(pipeline.receivers).toEqual(['forward']);
      expect(pipeline.processors).toBeUndefined();
    }
  });

  it('has the same extensions in every file that replaces their list', () => {
    const replacing = vendors.filter(({ file }) => file.service.extensions);
    expect(replacing.map(({ name }) => name)).toEqual(['cloudwatch', 'xray']);
    const [first, second] = replacing.map(({ file }) => ({
      definitions: file.extensions,
      list: file.service.extensions,
    }));
    expect(first).toEqual(second);
    expect(first!.list).toEqual([...base.service.extensions!, ...Object.keys(first!.definitions!)]);
  });

  it.each(files)('$name keeps what it cannot deliver, on disk and without giving up', ({ file }) => {
    for (const [id, exporter] of Object.entries(file.exporters ?? {})) {
      if (id === 'nop') continue;
      expect(exporter.sending_queue).toMatchObject({ storage: 'file_storage', sizer: 'bytes' });
      expect(exporter.sending_queue.queue_size).toBeGreaterThan(0);
      expect(exporter.retry_on_failure.max_elapsed_time).toBe(0);
      if (id.startsWith('load_balancing')) expect(exporter.retry_on_failure.enabled).toBe(true);
    }
  });

  it('sends Honeycomb no more than it takes at a time, and CloudWatch no more than a megabyte', () => {
    const batch = (name: string, id: string) =>
      files.find((file) => file.name === name)!.file.exporters![id].sending_queue.batch as Record<string, unknown>;
    expect(batch('honeycomb', 'otlp_http/honeycomb')).toMatchObject({ sizer: 'items', max_size: 512 });
    const { sizer, max_size } = batch('cloudwatch', 'otlp_http/cloudwatch');
    expect(sizer).toBe('bytes');
    expect(max_size).toBeLessThan(1_048_576);
  });

  it('tells the sampling policies apart by the names that it gives them', () => {
    const policies = base.processors!.tail_sampling.policies as { name: string }[];
    expect(policies.map(({ name }) => name)).toEqual(['errors', 'slow', 'rest']);
    expect(JSON.stringify(base.processors!['transform/sample_rate'])).toContain('== \\"rest\\"');
    expect(read('docker-compose.yml')).toContain('--feature-gates=processor.tailsamplingprocessor.recordpolicy');
  });

  it('holds no key, and names no variable that nobody explains', () => {
    const explained = read('.env.example') + read('docs/collector.md');
    for (const { text } of files) {
      expect(text).not.toMatch(/hc[a-z][il]k_[0-9a-z]{2}|AKIA[0-9A-Z]|team: [^$]/);
      const variables = [...text.matchAll(/\$\{env:([A-Z0-9_]+)/g)].map(([, variable]) => variable!);
      expect(variables.filter((variable) => !explained.includes(variable))).toEqual([]);
    }
  });
});
