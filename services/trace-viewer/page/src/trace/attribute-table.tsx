import { type Attributes, type Dataset } from '../api/types.js';
import { ValueMenu } from '../ui/value-menu.js';
import './attribute-table.css';

export function AttributeTable({ attributes, dataset }: { attributes: Attributes; dataset?: Dataset }) {
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return null;
  return (
    <dl class="attributes">
      {entries.map(([key, value]) => (
        <div key={key} class={typeof value === 'string' && (value.length > 60 || value.includes('\n')) ? 'long' : ''}>
          <dt>{key}</dt>
          <dd>
            <ValueMenu column={key} value={value} dataset={dataset} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
