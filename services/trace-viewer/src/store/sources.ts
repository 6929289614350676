import type { DuckDBConnection } from '@duckdb/node-api';
import type { AttributeList, Source } from '../receiver/otlp/records.js';
import { toKeyValues, toText } from '../receiver/otlp/values.js';
import type { Row } from './database.js';
import type { WideTable } from './wide-table.js';

export interface StoredSource {
  id: number;
  service: string;
}

/** Resource and scope rows, each written once however many spans name it. */
export class Sources {
  readonly #byContent = new Map<string, StoredSource>();
  /** Decoded batches share the object between the spans of a scope. */
  #byIdentity = new WeakMap<Source, StoredSource>();
  #next = 0;

  constructor(private readonly table: WideTable) {}

  async load(connection: DuckDBConnection): Promise<void> {
    const rows = await connection.runAndReadAll(
      'SELECT id, service, scope_name, scope_version, resource, scope FROM sources ORDER BY id',
    );
    for (const row of rows.getRowObjectsJson() as Row[]) {
      const stored = { id: Number(row['id']), service: String(row['service']) };
      const key = [row['resource'], row['scope_name'], row['scope_version'], row['scope']].join('\n');
      this.#byContent.set(key, stored);
      this.#next = stored.id + 1;
    }
  }

  /** After a lost commit: rows of it are written again when next named. */
  forget(): void {
    this.#byContent.clear();
    this.#byIdentity = new WeakMap();
  }

  /** The row of the source, appended when it is new. Await `prepare` with its attributes first. */
  store(source: Source): StoredSource {
    const known = this.#byIdentity.get(source);
    if (known !== undefined) return known;
    const resource = JSON.stringify(toKeyValues(source.resource));
    const scope = JSON.stringify(toKeyValues(source.scope));
    const key = [resource, source.scopeName, source.scopeVersion, scope].join('\n');
    let stored = this.#byContent.get(key);
    if (stored === undefined) {
      stored = { id: this.#next++, service: serviceName(source.resource) };
      this.table.append(
        [stored.id, stored.service, source.scopeName, source.scopeVersion, resource, scope],
        [...source.resource, ...source.scope],
      );
      this.#byContent.set(key, stored);
    }
    this.#byIdentity.set(source, stored);
    return stored;
  }
}

/** `unknown_service` is what the resource conventions call a service that did not say. */
function serviceName(resource: AttributeList): string {
  for (let i = 0; i < resource.length; i += 2)
    if (resource[i] === 'service.name') return toText(resource[i + 1]!) || 'unknown_service';
  return 'unknown_service';
}
