import { z } from 'zod';
import { BubbleUpRequest } from './schemas/bubble-up.js';
import { Dataset, QuerySpec, SavedQuery } from './schemas/query.js';
import { ExportTraces, ListLogs, ListTraces, ListValues, TimeWindow } from './schemas/requests.js';
import * as results from './schemas/results.js';
import { Trace } from './schemas/trace.js';

type Json = Record<string, unknown>;

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const json: Json = { ...z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) };
  delete json['$schema'];
  return json;
}
const input = (schema: z.ZodType) => jsonSchema(schema, 'input');
const output = (schema: z.ZodType) => jsonSchema(schema, 'output');
const content = (schema: Json, type = 'application/json') => ({ content: { [type]: { schema } } });
const InDataset = z.object({ dataset: Dataset });
const Otlp = z.object({ resourceSpans: z.array(z.unknown()), resourceLogs: z.array(z.unknown()) });

interface Operation {
  summary: string;
  query?: z.ZodObject;
  path?: string;
  body?: z.ZodType;
  answer?: z.ZodType;
  /** Besides 400 and 403, which anything can answer. */
  errors?: number[];
}

function operation({ summary, query, path, body, answer, errors = [] }: Operation): Json {
  const described = (query ? input(query) : {}) as { properties?: Json; required?: string[] };
  const { properties = {}, required = [] } = described;
  const parameters = [
    ...(path ? [{ name: path, in: 'path', required: true, schema: { type: 'string' } }] : []),
    ...Object.entries(properties).map(([name, schema]) => {
      return { name, in: 'query', required: required.includes(name), schema };
    }),
  ];
  const success = answer
    ? { 200: { description: 'OK', ...content(output(answer)) } }
    : { 204: { description: 'Done' } };
  const failures = Object.fromEntries(
    [400, 403, ...errors].map((status) => [status, { $ref: '#/components/responses/Problem' }]),
  );
  return {
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, ...content(input(body)) } } : {}),
    responses: { ...success, ...failures },
  };
}

const query = (summary: string, answer: z.ZodType) => ({
  post: operation({ summary, query: InDataset, body: QuerySpec, answer, errors: [422] }),
});
const get = (rest: Operation) => ({ get: operation(rest) });

/** OpenAPI 3.1, whose schemas are JSON Schema: made from the schemas that check the requests. */
export function openApi(): Json {
  const problem = {
    type: 'object',
    required: ['type', 'title', 'status', 'detail'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      errors: {
        type: 'array',
        items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
      },
    },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'Cruddur trace viewer', version: '1.0.0', description: 'Traces and logs received over OTLP/HTTP.' },
    paths: {
      '/api/traces': get({
        summary: 'Traces, newest first',
        query: ListTraces,
        answer: results.TraceList,
        errors: [422],
      }),
      '/api/traces/{traceId}': get({
        summary: 'One trace with its logs',
        path: 'traceId',
        answer: Trace,
        errors: [404],
      }),
      '/api/services': get({ summary: 'Services side by side', query: TimeWindow, answer: results.ServiceList }),
      '/api/logs': get({ summary: 'Log records, newest first', query: ListLogs, answer: results.LogList }),
      '/api/columns': get({ summary: 'Columns a query may name', query: InDataset, answer: results.ColumnList }),
      '/api/columns/values': get({
        summary: 'The commonest values of a column',
        query: ListValues.extend({ dataset: Dataset }),
        answer: results.ValueList,
        errors: [422],
      }),
      '/api/query': query('Run a Honeycomb Query Specification', results.QueryResult),
      '/api/query/rows': query('The newest rows that a query counts', results.QueryRows),
      '/api/query/traces': query('The newest traces with such a row', results.QueryTraces),
      '/api/bubbleup': {
        post: operation({
          summary: 'How a selection of traces differs from the rest',
          body: BubbleUpRequest,
          answer: results.BubbleUpResult,
          errors: [422],
        }),
      },
      '/api/queries': get({ summary: 'Saved queries and boards', answer: results.SavedQueryList }),
      '/api/queries/{slug}': {
        put: operation({ summary: 'Save a query as a file', path: 'slug', body: SavedQuery, errors: [422] }),
        delete: operation({ summary: 'Remove the file', path: 'slug', errors: [404] }),
      },
      '/api/status': get({ summary: 'What is stored and what was dropped', answer: results.Status }),
      '/api/stream': {
        get: {
          summary: 'Server-sent events: traces, logs, status',
          responses: { 200: { description: 'A stream', ...content({ type: 'string' }, 'text/event-stream') } },
        },
      },
      '/api/export': get({ summary: 'Traces as OTLP JSON', query: z.object(ExportTraces.shape), answer: Otlp }),
      '/api/import': {
        post: operation({ summary: 'Take in OTLP JSON', body: Otlp, answer: results.ImportResult, errors: [413, 415] }),
      },
    },
    components: {
      responses: { Problem: { description: 'RFC 9457', ...content(problem, 'application/problem+json') } },
    },
  };
}
