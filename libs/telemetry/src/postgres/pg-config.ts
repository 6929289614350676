import type { PgInstrumentationConfig } from '@opentelemetry/instrumentation-pg';
import * as attr from '../attributes.js';
import { summariseQuery } from './query-summary.js';

/** Configuration under which instrumentation-pg makes one readable span per query and nothing else. */
export const PG_CONFIG: PgInstrumentationConfig = {
  ignoreConnectSpans: true,
  // Polling and migrations belong to no request.
  requireParentSpan: true,
  requestHook: (span, { query }) => {
    const { summary, operation, collection } = summariseQuery(query.text);
    // The summary names every table of a long statement; a name says what it is about.
    span.updateName(collection === undefined ? operation : `${operation} ${collection}`);
    span.setAttribute(attr.ATTR_DB_QUERY_SUMMARY, summary);
    span.setAttribute(attr.ATTR_DB_OPERATION_NAME, operation);
    if (collection !== undefined) span.setAttribute(attr.ATTR_DB_COLLECTION_NAME, collection);
  },
};
