import { describe, expect, it } from '@jest/globals';
import { note, ok, wrong } from './finding.ts';
import { Report } from './report.ts';

function setUp({ json = false, env = {} } = {}) {
  const written: string[] = [];
  const report = new Report(env, (text) => written.push(text), json);
  return { report, text: () => written.join('') };
}

describe('Report', () => {
  it('writes a line as soon as it is known, and what to type next', () => {
    const { report, text } = setUp();
    report.add(ok('Node', '24.21.0'), wrong('Zipkin', 'does not answer', 'npm start'));
    expect(text()).toBe(
      'ok     Node             24.21.0\n' +
        'wrong  Zipkin           does not answer\n' +
        '                        next: npm start\n',
    );
  });

  it('ends with the links and 0 when nothing is wrong', () => {
    const { report, text } = setUp();
    report.add(ok('Node', '24.21.0'), note('trace viewer', 'ends with this check'));
    report.addTrace('abc', [{ name: 'Zipkin', url: 'http://z.example/abc' }]);
    expect(report.end()).toBe(0);
    expect(text()).toContain('\nThe test trace abc:\n  Zipkin           http://z.example/abc\n\nAll is well.\n');
  });

  it('ends with a count and 1 when something is', () => {
    const { report, text } = setUp();
    report.add(wrong('Node', 'too old', 'npm ci'));
    expect(report.end()).toBe(1);
    expect(text()).toMatch(/\n1 thing is wrong\.\n$/);
  });

  it('prints no secret of the environment, whoever wrote it into a text', () => {
    const env = {
      HONEYCOMB_API_KEY: 'not-a-key-1',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=not-a-key-2',
      PGPASSWORD: 'x',
      LOG_LEVEL: 'info level',
    };
    const { report, text } = setUp({ env });
    report.add(ok('a', 'not-a-key-1 and x-tenant=not-a-key-2 at info level x'));
    expect(text()).toContain('[redacted] and [redacted] at info level x\n');
  });

  it('is one JSON document when asked', () => {
    const { report, text } = setUp({ json: true });
    report.add(wrong('Node', 'too old', 'npm ci'));
    report.addTrace('abc', []);
    expect(text()).toBe('');
    expect(report.end()).toBe(1);
    expect(JSON.parse(text())).toEqual({
      ok: false,
      trace_id: 'abc',
      links: [],
      findings: [{ state: 'wrong', subject: 'Node', text: 'too old', next: 'npm ci' }],
    });
  });
});
