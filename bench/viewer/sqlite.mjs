import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/* The same spans in node:sqlite: one wide table, a column per attribute, an index for traces. */

const CORE = ['trace_id', 'span_id', 'parent_id', 'service', 'name', 'kind', 'status', 'start_ns', 'duration_ns'];
const quote = (name) => `"${name.replaceAll('"', '""')}"`;

export function openSqlite(file) {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  const columns = new Map(CORE.map((name, i) => [name, i]));
  db.exec(`CREATE TABLE spans(${CORE.join(', ')}); CREATE INDEX by_trace ON spans(trace_id)`);
  let insert;
  const prepare = () => {
    insert = db.prepare(`INSERT INTO spans VALUES (${[...columns].map(() => '?').join(', ')})`);
  };
  prepare();
  return {
    add(spans) {
      for (const span of spans)
        for (const list of [span.attributes, span.source.resource])
          for (let i = 0; i < list.length; i += 2) {
            if (columns.has(list[i])) continue;
            db.exec(`ALTER TABLE spans ADD COLUMN ${quote(list[i])}`);
            columns.set(list[i], columns.size);
            prepare();
          }
      db.exec('BEGIN');
      for (const span of spans) {
        const row = new Array(columns.size).fill(null);
        const list = span.source.resource;
        const service = list[list.indexOf('service.name') + 1];
        const own = [span.traceId, span.spanId, span.parentId || null, service, span.name, span.kind, span.statusCode];
        [...own, span.startNs, span.endNs - span.startNs].forEach((value, i) => (row[i] = value));
        for (const attributes of [list, span.attributes])
          for (let i = 0; i < attributes.length; i += 2) row[columns.get(attributes[i])] = attributes[i + 1];
        insert.run(...row);
      }
      db.exec('COMMIT');
    },
    all(sql, ...parameters) {
      const statement = db.prepare(sql);
      // Nanoseconds since the epoch do not fit a number.
      statement.setReadBigInts(true);
      return statement.all(...parameters);
    },
    size() {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return statSync(file).size;
    },
    close: () => db.close(),
  };
}

const p95 = (keys, where) => `
  SELECT ${keys}, duration_ns FROM (
    SELECT *, row_number() OVER (PARTITION BY ${keys} ORDER BY duration_ns) AS n, count(*) OVER (PARTITION BY ${keys}) AS total
    FROM spans WHERE ${where}) WHERE n = max(1, CAST(total * 0.95 AS INTEGER))`;

/** The questions that the viewer is asked in run.mjs, in SQLite's SQL. */
export const SQLITE_QUERIES = {
  list: `SELECT trace_id, min(start_ns) AS s, max(start_ns + duration_ns), count(*) FROM spans
    GROUP BY trace_id ORDER BY s DESC LIMIT 50`,
  trace: 'SELECT * FROM spans WHERE trace_id = ?',
  'query: p95 by service and name': p95('service, name', '1'),
  'query: p95 by user id': p95('"user.id"', '"user.id" IS NOT NULL'),
  'query: heatmap': `SELECT start_ns / 60000000000 AS x, CAST(log(duration_ns) * 6 AS INTEGER) AS y, count(*) FROM spans
    WHERE parent_id IS NULL GROUP BY x, y`,
  'query: errors by route': `SELECT "http.route", count(*) FROM spans WHERE status = 2 GROUP BY 1`,
};
