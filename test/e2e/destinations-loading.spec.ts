import { afterEach, describe, expect, it } from '@jest/globals';
import { AWS_ENV } from '../support/aws-signature.js';
import { CleanUp, GatewayUnderTest } from '../support/gateway-under-test.js';
import { ROLLBAR_TOKEN } from '../support/rollbar-api.js';

const cleanUp = new CleanUp();
afterEach(() => cleanUp.run());

/** Names on stderr every module of a vendor as it is loaded. */
const WATCH = `
  import { registerHooks } from 'node:module';
  const vendors = /@aws-sdk|@smithy|rollbar.(reporter|item|report-crashes)|log-shipper|cloudwatch.logs-api|signed-post|export.zipkin|console-tree|xray-sampler|xray.(udp|otlp)-exporter|propagator-aws-xray/;
  registerHooks({
    load(url, context, next) {
      if (vendors.test(url)) process.stderr.write('loaded ' + url.split('/').at(-1) + '\\n');
      return next(url, context);
    },
  });`;
const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(WATCH)}`;

async function loadedBy(env: Record<string, string>): Promise<string[]> {
  const gateway = await GatewayUnderTest.start(cleanUp, { NODE_OPTIONS, ...env });
  return [...gateway.process.stderr.matchAll(/^loaded (.+)$/gm)].map(([, name]) => name!).sort();
}

describe('a starting service', () => {
  it('loads nothing of a destination that it does not use', async () => {
    expect(await loadedBy({ OTEL_TRACES_EXPORTER: 'otlp' })).toEqual([]);
  });

  it('loads little of those that it uses: exporters come with their first batch', async () => {
    const env = {
      OTEL_TRACES_EXPORTER: 'zipkin,console',
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'http://127.0.0.1:1',
      AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:1',
      AWS_XRAY_OTLP: 'true',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      CLOUDWATCH_LOG_GROUP: 'test',
      ROLLBAR_ACCESS_TOKEN: ROLLBAR_TOKEN,
      ROLLBAR_ENDPOINT: 'http://127.0.0.1:1',
      LOG_LEVEL: 'info',
      ...AWS_ENV,
    };
    const loaded = await loadedBy(env);
    expect(loaded).toEqual(expect.arrayContaining(['item.js', 'log-shipper.js', 'report-crashes.js', 'reporter.js']));
    expect(loaded).not.toContain('zipkin.js');
    expect(loaded).not.toContain('console-tree.js');
  });
});
