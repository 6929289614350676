/** The API's own schemas, as types only: nothing of the service is bundled into the page. */
export type { BubbleUpRequest } from '../../../src/api/schemas/bubble-up.js';
export type { Attributes, AttributeValue, SpanKind } from '../../../src/api/schemas/fields.js';
export type {
  Board,
  Calculation,
  CalculationOp,
  Dataset,
  Filter,
  QuerySpecInput,
  SavedQuery,
} from '../../../src/api/schemas/query.js';
export type {
  BubbleUpResult,
  ColumnList,
  ImportResult,
  LogList,
  LogRecord,
  QueryResult,
  QueryRows,
  SavedQueryList,
  ServiceList,
  Status,
  TraceList,
  ValueList,
} from '../../../src/api/schemas/results.js';
export type { Span, Trace, TraceLog, TraceSummary } from '../../../src/api/schemas/trace.js';

import type { LogRecord, ServiceList } from '../../../src/api/schemas/results.js';

export type Level = NonNullable<LogRecord['level']>;
export type ServiceStats = ServiceList['services'][number];
export type Operation = ServiceStats['operations'][number];
export type ServiceEdge = ServiceList['edges'][number];
export type Measures = Omit<Operation, 'name' | 'kind'>;
