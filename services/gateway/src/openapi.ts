import { ActivitySchema, NotificationSchema, PROBLEM_MEDIA_TYPE, ProblemSchema, ReplySchema } from '@cruddur/contracts';
import { z } from 'zod';
import { EVERYWHERE, type Operation, operations } from './operations.js';

type JsonObject = Record<string, unknown>;

const SCHEMAS_AT = '#/components/schemas/';
const NAMED = {
  Activity: ActivitySchema,
  Notification: NotificationSchema,
  Reply: ReplySchema,
  Problem: ProblemSchema,
};
const PROBLEM = { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: `${SCHEMAS_AT}Problem` } } };

/** The public API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), from the schemas that validate it. */
export function describeApi(): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const operation of operations) {
    (paths[operation.path] ??= {})[operation.method] = describeOperation(operation);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Cruddur',
      version: '1.0.0',
      description: 'Short-lived messages. Every answer has a `traceresponse` header (W3C) that names its trace.',
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: namedSchemas() },
  };
}

function describeOperation(operation: Operation): JsonObject {
  const { id, summary, params = {}, query, headers = {}, body, errors = {} } = operation;
  const parameters = [
    ...Object.entries(params).map(([name, schema]) => parameter('path', name, schema)),
    ...Object.entries<z.core.$ZodType>(query?.shape ?? {}).map(([name, schema]) => parameter('query', name, schema)),
    ...Object.entries(headers).map(([name, schema]) => parameter('header', name, schema)),
  ];
  return {
    operationId: id,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(toSchema(body, 'input')) } }),
    responses: { ...success(operation), ...problems({ ...EVERYWHERE, ...errors }) },
  };
}

function parameter(place: 'path' | 'query' | 'header', name: string, schema: z.core.$ZodType): JsonObject {
  const required = place === 'path' || !z.safeParse(schema, undefined).success;
  return { name, in: place, required, schema: toSchema(schema, 'input') };
}

function success({ status, response, responseHeaders = {} }: Operation): JsonObject {
  const headers = Object.fromEntries(
    Object.entries(responseHeaders).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
  return {
    [status]: {
      description: status === 201 ? 'Created' : 'OK',
      ...(Object.keys(headers).length > 0 && { headers }),
      content: json(reference(response) ?? toSchema(response, 'output')),
    },
  };
}

/** Whatever has no line of its own (an address that does not exist, headers that are too large) is a problem as well. */
function problems(byStatus: Record<number, string>): JsonObject {
  const entries = Object.entries(byStatus).map(([status, description]) => [status, { description, content: PROBLEM }]);
  return {
    ...Object.fromEntries(entries),
    default: { description: 'Any other problem', content: PROBLEM },
  } as JsonObject;
}

function json(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } };
}

function reference(schema: z.core.$ZodType): JsonObject | undefined {
  if (schema instanceof z.ZodArray) {
    const items = reference(schema.element);
    return items && { type: 'array', items };
  }
  const name = Object.entries(NAMED).find(([, named]) => named === schema)?.[0];
  return name === undefined ? undefined : { $ref: SCHEMAS_AT + name };
}

function namedSchemas(): JsonObject {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => SCHEMAS_AT + id, override: tidy });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutIdentity(schema)]));
}

function toSchema(schema: z.core.$ZodType, io: 'input' | 'output'): JsonObject {
  return withoutIdentity(z.toJSONSchema(schema, { io, override: tidy }));
}

/** A format says it already; a pattern beside a number says nothing. */
function tidy({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== undefined || jsonSchema.type === 'integer') delete jsonSchema.pattern;
}

function withoutIdentity(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'));
}
