/** What the semantic conventions want to know of a statement. */
export interface QuerySummary {
  /** `SELECT activities`; several parts where a statement does several things. */
  summary: string;
  operation: string;
  collection?: string;
}

const COMMENT = /--[^\n]*|\/\*[\s\S]*?\*\//g;
const STRING = /'(?:[^']|'')*'/g;
const CTE_NAME =
  /(?:\bwith\s+(?:recursive\s+)?|,\s*)"?(\w+)"?\s*(?:\([^()]*\)\s*)?as\s+(?:not\s+)?(?:materialized\s+)?\(/gi;
const TABLE = String.raw`"?([\w.]+)"?`;
const STEP = new RegExp(
  String.raw`\b(?:(insert)\s+into\s+${TABLE}|(delete)\s+from\s+${TABLE}|(?<!\bfor\s+(?:no\s+key\s+)?)(?<!\bdo\s+)(update)\s+(?:only\s+)?${TABLE}|(select)\b)`,
  'gi',
);
const FROM = new RegExp(String.raw`\bfrom\s+(?:only\s+)?${TABLE}`, 'i');
const CACHE_LIMIT = 500;
const cache = new Map<string, QuerySummary>();

/**
 * Summarises a SQL statement as `db.query.summary` does: operations and their targets, no values
 * (https://opentelemetry.io/docs/specs/semconv/db/database-spans/#generating-a-summary-of-the-query).
 * Results are cached by text: an application has few statements.
 */
export function summariseQuery(sql: string): QuerySummary {
  const known = cache.get(sql);
  if (known) return known;
  if (cache.size >= CACHE_LIMIT) cache.clear();
  const summary = summarise(sql.replace(COMMENT, ' ').replace(STRING, "''").trim());
  cache.set(sql, summary);
  return summary;
}

function summarise(sql: string): QuerySummary {
  const ctes = new Set(Array.from(sql.matchAll(CTE_NAME), ([, name]) => name?.toLowerCase()));
  const steps: { operation: string; collection?: string }[] = [];
  for (const match of sql.matchAll(STEP)) {
    const [, insert, insertInto, del, deleteFrom, update, updated, select] = match;
    const operation = (insert ?? del ?? update ?? select)!.toUpperCase();
    const collection = select ? FROM.exec(sql.slice(match.index))?.[1] : (insertInto ?? deleteFrom ?? updated);
    if (collection !== undefined && !ctes.has(collection.toLowerCase())) steps.push({ operation, collection });
  }
  const distinct = [...new Set(steps.map(({ operation, collection }) => `${operation} ${collection}`))];
  const main = steps.find(({ operation }) => operation !== 'SELECT') ?? steps[0];
  const operation = main?.operation ?? (/^\w+/.exec(sql)?.[0].toUpperCase() || 'QUERY');
  return { summary: distinct.join(' ') || operation, operation, collection: main?.collection };
}
