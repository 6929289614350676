import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  image?: string;
  build?: { context: string; args?: { SERVICE: string } };
  profiles?: string[];
  command?: string | string[];
  user?: string;
  ports?: string[];
  environment: Record<string, string | null>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  networks?: string[];
  volumes?: string[];
  restart: string;
  stop_grace_period: string;
  [key: string]: unknown;
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  [key: string]: unknown;
}

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const sources = (...patterns: string[]) =>
  globSync(patterns, { cwd: fileURLToPath(ROOT), exclude: (path) => path.endsWith('.spec.ts') });
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);
const milliseconds = (text: string, pattern: RegExp) => Number(matches(text, pattern)[0]!.replaceAll('_', ''));
const portVariable = (service: string) => `${service.toUpperCase().replaceAll('-', '_')}_PORT`;

const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const dockerfile = read('Dockerfile');
const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

const all = Object.entries(compose.services);
const ours = all.filter(([, { build }]) => build?.args) as [string, Service & { build: { args: object } }][];
/** What is there by choice. */
const PROFILES = { jaeger: 'jaeger', zipkin: 'zipkin', 'xray-daemon': 'xray', collector: 'collector' };
/** Images that hold one program and no client to ask it with. */
const NOTHING_TO_ASK_WITH = ['xray-daemon'];
const collectorImage = read('otel-collector/Dockerfile');
const OURS = ours.map(([name]) => name);

/** The variables that a service's schema names, or a library's. */
const schemaVariables = (path: string) => matches(read(path), /^ {2}([A-Z][A-Z0-9_]+):/gm);

describe('docker-compose.yml', () => {
  it('runs every service of the public API, each from its own folder', () => {
    expect(OURS).toEqual(['gateway', 'home-activities', 'user-activities']);
    for (const [name, { build, image }] of ours) {
      expect(build).toEqual({ context: '.', args: { SERVICE: name } });
      expect(image).toBe(`cruddur/${name}`);
      for (const file of ['main.ts', 'telemetry.ts']) {
        expect(existsSync(new URL(`services/${name}/src/${file}`, ROOT))).toBe(true);
      }
    }
  });

  it('starts destinations only when their profile asks for them', () => {
    const chosen = all.flatMap(([name, { profiles }]) => (profiles ? [[name, ...profiles]] : []));
    expect(chosen).toEqual(Object.entries(PROFILES));
    for (const [, { depends_on = {} }] of all) {
      for (const needed of Object.keys(depends_on)) expect(Object.keys(PROFILES)).not.toContain(needed);
    }
  });

  it('publishes the port of the gateway to others, and to this machine the pages of Jaeger and Zipkin', () => {
    const published = all.flatMap(([name, { ports }]) => (ports ? [[name, ...ports]] : []));
    expect(published).toEqual([
      ['gateway', '${GATEWAY_PORT:-4567}:4567'],
      ['jaeger', '127.0.0.1:${JAEGER_PORT:-16686}:16686'],
      ['zipkin', '127.0.0.1:${ZIPKIN_PORT:-9411}:9411'],
      ['xray-daemon', '127.0.0.1:2000:2000/udp'],
    ]);
    for (const [, service] of all) expect(service).not.toHaveProperty('network_mode');
  });

  it('keeps the database on a network of its own that leads nowhere', () => {
    expect(compose.networks.database).toEqual({ internal: true });
    expect(compose.services.postgres!.networks).toEqual(['database']);
    const onIt = all.filter(([, { networks }]) => networks?.includes('database')).map(([name]) => name);
    expect(onIt).toEqual(['home-activities', 'user-activities', 'postgres']);
  });

  it('keeps the broker on another one, with those who send and receive events', () => {
    expect(compose.networks.events).toEqual({ internal: true });
    expect(compose.services.rabbitmq!.networks).toEqual(['events']);
    const onIt = all.filter(([, { networks }]) => networks?.includes('events')).map(([name]) => name);
    expect(onIt).toEqual(['home-activities', 'user-activities', 'rabbitmq']);
    const urls = onIt.map((name) => compose.services[name]!.environment.EVENTS_URL);
    expect(urls).toEqual([urls[0], urls[0], undefined]);
  });

  it.each(all)('gives %s no root, no capabilities and nothing to write to but its volumes', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
    });
    expect(service).not.toHaveProperty('cap_add');
    expect(service).not.toHaveProperty('privileged');
    const built = service.build?.args ? lastStage : collectorImage;
    const user = service.user ?? (service.build && matches(built, /^USER (.*)$/gm)[0]);
    expect(user).toBeDefined();
    expect(user).not.toMatch(/^(0|root)(:|$)/);
  });

  const askable = all.filter(([name]) => !NOTHING_TO_ASK_WITH.includes(name));
  it.each(askable)('checks the health of %s', (name, { build, healthcheck }) => {
    if (healthcheck) expect(healthcheck.test[0]).toBe('CMD');
    else if (name === 'collector') {
      expect(collectorImage).toMatch(/^HEALTHCHECK .*\\\n *CMD \["\/bin\/wget", .*:13133\/"\]$/m);
    } else {
      expect(build).toBeDefined();
      expect(lastStage).toMatch(/^HEALTHCHECK .*CMD \["node", "\/app\/healthcheck\.mjs"\]$/m);
    }
  });

  it('starts a service when those it calls are healthy', () => {
    for (const [, { depends_on = {} }] of all) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        expect(OURS.concat('postgres')).toContain(needed);
        expect(condition).toBe('service_healthy');
      }
    }
    for (const [, { depends_on = {}, environment }] of ours) {
      const called = Object.values(environment).map(
        (value) => /:\/\/(?:\w+@)?([a-z][a-z-]+):\d+/.exec(value ?? '')?.[1],
      );
      expect(Object.keys(depends_on).sort()).toEqual(called.filter((name) => name !== undefined).sort());
    }
  });

  it('waits for a stopping service longer than the service itself does', () => {
    const shutdown = read('libs/service/src/run-service.ts');
    const requests = milliseconds(shutdown, /SHUTDOWN_TIMEOUT_MS: .*default\(([\d_]+)\)/g);
    const hooks = milliseconds(read('libs/service/src/shutdown.ts'), /HOOKS_TIMEOUT_MS = ([\d_]+)/g);
    for (const [, { stop_grace_period }] of ours) {
      expect(Number(stop_grace_period.replace(/s$/, '')) * 1_000).toBeGreaterThan(requests + hooks);
    }
  });

  it.each(ours)('passes on every variable that %s reads', (name, { environment }) => {
    const passed = Object.keys(environment).concat(matches(lastStage, /\b([A-Z_]+)=/g));
    const wanted = [
      ...schemaVariables(`services/${name}/src/${name}.config.ts`),
      ...schemaVariables('libs/service/src/run-service.ts'),
    ];
    expect(wanted).toContain(portVariable(name));
    // Of no use beside a broker, which the compose file has.
    const needed = wanted.filter((variable) => variable !== 'HOME_ACTIVITIES_EVENTS_URL');
    expect(passed).toEqual(expect.arrayContaining(needed));
  });

  it.each(ours)('passes on to %s all of what .env.example says about traces', (_name, { environment }) => {
    const sections = read('.env.example').split(/^# --- (.*) ---$/m);
    const about = sections.flatMap((title, index) => (/traces go|is traced/.test(title) ? sections[index + 1]! : []));
    const documented = matches(about.join('\n'), /^#([A-Z][A-Z0-9_]*)=/gm);
    expect(documented).toContain('OTEL_TRACES_SAMPLER');
    // Of no service; one name for all of them; set by docker itself; of the gateway alone.
    const others = ['HONEYCOMB_CONFIG_KEY', 'OTEL_SERVICE_NAME', 'OTEL_RESOURCE_ATTRIBUTES', 'TELEMETRY_TRUST_INBOUND'];
    const passed = Object.keys(environment).concat(others);
    expect(documented.filter((name) => !passed.includes(name))).toEqual([]);
  });

  it('calls each service at the port that its image listens on, which is its default', () => {
    for (const name of OURS) {
      const port = matches(lastStage, new RegExp(`\\b${portVariable(name)}=(\\d+)`, 'g'))[0];
      expect(read(`services/${name}/src/${name}.config.ts`)).toContain(
        `${portVariable(name)}: portSchema.default(${port})`,
      );
      for (const called of matches(text, new RegExp(`http://${name}:(\\d+)`, 'g'))) expect(called).toBe(port);
    }
  });

  it('asks for nothing that an older docker-compose refuses', () => {
    const topLevel = Object.keys(compose).filter((key) => !key.startsWith('x-'));
    expect(topLevel).toEqual(['services', 'networks', 'volumes']);
    for (const expression of matches(text, /(\$\{[^}]*\}?)/g)) expect(expression).toMatch(/^\$\{[A-Z_]+:-[\w.=-]*\}$/);
    expect(text).not.toContain('start_interval');
  });

  it('mounts only what is in the repository', () => {
    const mounted = all.flatMap(([, { volumes = [] }]) => volumes).filter((volume) => volume.startsWith('.'));
    expect(mounted.length).toBeGreaterThan(0);
    for (const volume of mounted) {
      expect(volume).toMatch(/:ro$/);
      expect(existsSync(new URL(volume.split(':')[0]!, ROOT))).toBe(true);
    }
  });
});

describe('the profiles of docker-compose.yml', () => {
  const { collector, 'xray-daemon': daemon } = compose.services;

  it('start the collector with base.yaml and Jaeger, and the policies on the spans', () => {
    expect(collector!.build).toEqual({ context: 'otel-collector' });
    expect((collector!.command as string).split(' ')).toEqual([
      '--feature-gates=processor.tailsamplingprocessor.recordpolicy',
      '--config=base.yaml',
      '${COLLECTOR_ARGS:---config=jaeger.yaml}',
    ]);
  });

  it('pass on to the collector every variable that its files read', () => {
    const files = sources('otel-collector/*.yaml').filter((file) => !file.endsWith('load-balancer.yaml'));
    const variables = files.flatMap((file) => matches(read(file), /\$\{env:([A-Z0-9_]+)/g));
    // Its ports and its folder are those of the image.
    const wanted = variables.filter((name) => !/^COLLECTOR_(\w+_PORT|DATA_DIR)$/.test(name));
    // AWS's own library reads these.
    const credentials = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
    expect(new Set(Object.keys(collector!.environment))).toEqual(new Set([...wanted, ...credentials]));
  });

  it('give the collector a key of its own, which makes no service send anything', () => {
    expect(collector!.environment).not.toHaveProperty('HONEYCOMB_API_KEY');
    for (const [, { environment }] of ours) expect(environment).not.toHaveProperty('COLLECTOR_HONEYCOMB_API_KEY');
  });

  it("keep the collector's queue in a volume, and nobody else's", () => {
    expect(collector!.volumes).toEqual(['collector:/var/lib/otelcol']);
    expect(collectorImage).toMatch(/^COPY .*--chown=10001:10001 \S+ \/var\/lib\/otelcol$/m);
    expect(read('otel-collector/base.yaml')).toContain('${env:COLLECTOR_DATA_DIR:-/var/lib/otelcol}');
  });

  it('never publish the TCP port of the X-Ray daemon', () => {
    for (const port of daemon!.ports!) expect(port).toMatch(/^127\.0\.0\.1:.*\/udp$/);
    expect(daemon!.command).toEqual(['-o']);
  });
});

describe('Dockerfile', () => {
  it('starts node without a shell, and telemetry before the service', () => {
    expect(lastStage).toMatch(/^CMD \["node", "--import", "\.\/telemetry\.js", "main\.js"\]$/m);
    expect(lastStage).not.toMatch(/^(ENTRYPOINT|RUN)/m);
  });

  it('takes production dependencies only', () => {
    const stage = /^FROM base AS dependencies\n([^]*?)^FROM /m.exec(dockerfile)![1];
    expect(stage).toMatch(/npm ci --omit=dev --omit=optional --ignore-scripts/);
    const takenFrom = [...lastStage.matchAll(/--from=(\w+) (\S+)/g)].map(([, stage, path]) => [stage, path]);
    expect(takenFrom).toContainEqual(['dependencies', '/app/node_modules']);
    expect(takenFrom.filter(([stage]) => stage === 'build').every(([, path]) => path!.startsWith('/app/dist/'))).toBe(
      true,
    );
  });

  it('is given by .dockerignore what it copies, and no secret', () => {
    const lines = read('.dockerignore').split('\n');
    expect(lines.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const copied = matches(dockerfile, /^COPY (?!--from)(.*) \S+$/gm).flatMap((files) => files.split(' '));
    expect(new Set(copied)).toEqual(new Set(allowed));
  });
});

describe('.env.example', () => {
  const lines = read('.env.example').split('\n');
  const documented = lines.flatMap((line) => /^#([A-Z][A-Z0-9_]*)=/.exec(line)?.[1] ?? []);

  it('names every variable once, commented out, below a comment', () => {
    expect(documented).toEqual([...new Set(documented)]);
    for (const [index, line] of lines.entries()) {
      if (line === '') continue;
      expect(line).toMatch(/^#([A-Z][A-Z0-9_]*=\S*$| \S)/);
      if (/^#[A-Z]/.test(line)) expect(lines[index - 1]).toMatch(/^#/);
    }
  });

  it('has every variable that the services and their libraries read', () => {
    const config = sources('services/*/src/*.config.ts', 'libs/service/src/run-service.ts').flatMap(schemaVariables);
    const telemetry = sources('libs/telemetry/src/**/*.ts').map(read).join('\n');
    const names = [
      ...matches(telemetry, /\benv\.([A-Z][A-Z0-9_]+)/g),
      ...matches(telemetry, /'((?:OTEL|TELEMETRY|HONEYCOMB)_[A-Z0-9_]+)'/g),
    ];
    expect(config).toContain('DATABASE_URL');
    expect(names).toEqual(expect.arrayContaining(['HONEYCOMB_API_KEY', 'OTEL_BSP_SCHEDULE_DELAY', 'LOG_LEVEL']));
    expect(documented).toEqual(expect.arrayContaining([...new Set([...config, ...names])]));
  });

  it('has every variable that the compose file takes from outside', () => {
    const passed = all.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).flatMap(([name, value]) => (value === null ? name : [])),
    );
    expect(passed).toContain('OTEL_EXPORTER_OTLP_ENDPOINT');
    expect(documented).toEqual(expect.arrayContaining([...passed, ...matches(text, /\$\{([A-Z_]+)/g)]));
  });

  it('holds no key', () => {
    expect(lines).toContain('#HONEYCOMB_API_KEY=');
    expect(lines.join('\n')).not.toMatch(/[0-9a-zA-Z_]{32,}=?[^\S]*$|hc[a-z][il]k_/m);
  });
});
