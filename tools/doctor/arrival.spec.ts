import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { missing, readJaeger, readViewer, readZipkin, waitForTrace } from './arrival.ts';

type Ids = [id: string, parent?: string];
const ALL = ['gateway', 'home-activities', 'user-activities'];

describe('what backends answer', () => {
  it.each([undefined, null, {}, [], 'text', { data: null }, { data: [] }, { data: [{}] }])(
    'is no trace when it is %j',
    (body) => {
      for (const read of [readViewer, readJaeger, readZipkin]) expect(read(body)).toBeUndefined();
    },
  );

  it('is read in the form of Zipkin', () => {
    const spans = [...ALL, 'gateway', undefined].map((serviceName) => ({ localEndpoint: { serviceName } }));
    expect(readZipkin(spans)).toEqual({ services: ALL, spans: 5, orphans: 0 });
  });
});

describe.each([
  [
    'the trace viewer',
    readViewer,
    (spans: Ids[]) => ({
      services: ALL,
      spans: spans.map(([span_id, parent_span_id]) => ({ span_id, parent_span_id })),
    }),
  ],
  ['Zipkin', readZipkin, (spans: Ids[]) => spans.map(([id, parentId]) => ({ id, parentId, localEndpoint: {} }))],
  [
    'Jaeger',
    readJaeger,
    (spans: Ids[]) => ({
      data: [
        {
          spans: spans.map(([spanID, parent]) => ({
            spanID,
            processID: 'p',
            references: parent
              ? [
                  { refType: 'FOLLOWS_FROM', spanID: 'z' },
                  { refType: 'CHILD_OF', spanID: parent },
                ]
              : [],
          })),
        },
      ],
    }),
  ],
] as const)('%s', (_name, read, form) => {
  it('is asked again as long as a span has no parent there', () => {
    expect(read(form([['a'], ['b', 'a'], ['d', 'c']]))?.orphans).toBe(1);
    expect(read(form([['a'], ['b', 'a'], ['c', 'b'], ['d', 'c']]))?.orphans).toBe(0);
  });
});

describe('waitForTrace', () => {
  let server: Server;
  let url: string;
  let answers: unknown[];
  let asked: number;
  beforeEach(async () => {
    asked = 0;
    server = createServer((_request, response) => {
      const body = answers[Math.min(asked++, answers.length - 1)];
      response.writeHead(body ? 200 : 404).end(JSON.stringify(body ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => void server.close());
  const env = { OTEL_BSP_SCHEDULE_DELAY: '1' };

  it('asks until the trace has all its services', async () => {
    answers = [undefined, { services: ALL.slice(0, 1), spans: [1] }, { services: ALL, spans: [1, 2, 3] }];
    expect(await waitForTrace(url, readViewer, env)).toEqual({ services: ALL, spans: 3, orphans: 0 });
    expect(asked).toBe(3);
  });

  it('asks until every span has its parent', async () => {
    const spans = [{ span_id: 'b', parent_span_id: 'a' }, { span_id: 'a' }];
    answers = [
      { services: ALL, spans: spans.slice(0, 1) },
      { services: ALL, spans },
    ];
    expect(await waitForTrace(url, readViewer, env)).toEqual({ services: ALL, spans: 2, orphans: 0 });
    expect(asked).toBe(2);
  });

  it('gives back what is there when time is up', async () => {
    answers = [{ services: ['gateway'], spans: [1] }];
    const arrived = await waitForTrace(url, readViewer, env, 300);
    expect(missing(arrived!)).toEqual(['home-activities', 'user-activities']);
  });

  it('gives back nothing when nobody answers', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await waitForTrace(url, readViewer, env, 300)).toBeUndefined();
  });
});
