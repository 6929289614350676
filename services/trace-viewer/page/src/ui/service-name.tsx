import { serviceColour } from './service-colour.js';
import './service-name.css';

export function ServiceName({ name, count, errors }: { name: string; count?: number; errors?: number }) {
  return (
    <span class="service-name" title={errors ? `${name}: ${errors} errors` : name}>
      <i style={{ background: serviceColour(name) }} aria-hidden="true" />
      <span class="truncate">{name}</span>
      {count !== undefined && <span class="muted">{count}</span>}
      {!!errors && <span class="service-errors">!{errors}</span>}
    </span>
  );
}
