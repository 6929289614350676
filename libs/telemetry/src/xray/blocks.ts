import { SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import * as attr from '../attributes.js';
import { attributeText } from '../export/attribute-text.js';

/** The `http` block of a segment document; undefined for a span of anything else. */
export function httpBlock({ attributes, kind }: ReadableSpan): object | undefined {
  const method = attributes[attr.ATTR_HTTP_REQUEST_METHOD];
  if (method === undefined) return undefined;
  const status = attributes[attr.ATTR_HTTP_RESPONSE_STATUS_CODE];
  const isCall = kind === SpanKind.CLIENT;
  return {
    request: {
      method,
      url: attributes[attr.ATTR_URL_FULL] ?? serverUrl(attributes),
      user_agent: attributes[attr.ATTR_USER_AGENT_ORIGINAL],
      client_ip: attributes[attr.ATTR_CLIENT_ADDRESS],
      // A segment of the other side will have this subsegment as its parent.
      ...(isCall && { traced: true }),
    },
    response: status === undefined ? undefined : { status },
  };
}

/** Without the query: it is in the metadata, and users' words are not for the service map. */
function serverUrl(attributes: ReadableSpan['attributes']): string {
  const [scheme, host, port, path] = [
    attributes[attr.ATTR_URL_SCHEME],
    attributes[attr.ATTR_SERVER_ADDRESS],
    attributes[attr.ATTR_SERVER_PORT],
    attributes[attr.ATTR_URL_PATH],
  ].map(attributeText);
  return host ? `${scheme}://${host}${port ? `:${port}` : ''}${path}` : (path ?? '');
}

/** The `sql` block; undefined for a span that is no statement. */
export function sqlBlock({ attributes }: ReadableSpan): object | undefined {
  const system = attributes['db.system.name'] ?? attributes['db.system'];
  if (system === undefined) return undefined;
  const port = attributes[attr.ATTR_SERVER_PORT];
  const host = `${attributeText(attributes[attr.ATTR_SERVER_ADDRESS])}${port === undefined ? '' : `:${attributeText(port)}`}`;
  return {
    database_type: attributeText(system),
    url: `${attributeText(system)}://${host}/${attributeText(attributes['db.namespace'] ?? attributes['db.name'])}`,
    // Statements have placeholders: their values are never recorded.
    sanitized_query: attributes['db.query.text'] ?? attributes['db.statement'],
  };
}

/** What an instrumentation of AWS's SDK leaves on its spans, as the `aws` block calls it. */
export function awsBlock({ attributes }: ReadableSpan): object {
  if (attributes['rpc.system'] !== 'aws-api') return {};
  return {
    operation: attributes['rpc.method'],
    region: attributes['cloud.region'] ?? attributes['aws.region'],
    request_id: attributes['aws.request_id'] ?? attributes['aws.request.id'],
    queue_url: attributes['messaging.url'],
    table_name: attributes['aws.dynamodb.table_names'],
  };
}
