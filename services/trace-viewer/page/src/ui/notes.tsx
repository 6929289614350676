import { type ComponentChildren } from 'preact';
import { ApiError } from '../api/client.js';
import './notes.css';

export function ErrorNote({ error }: { error: Error }) {
  const details = error instanceof ApiError ? error.details : [];
  return (
    <div class="note error-note" role="alert">
      <strong>{error.message}</strong>
      {details.map((detail) => (
        <div key={detail} class="small">
          {detail}
        </div>
      ))}
    </div>
  );
}

export function Nothing({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="nothing">
      <h2>{title}</h2>
      {children && <div class="muted small">{children}</div>}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading {what}</span>
      <i />
      <i />
      <i />
    </div>
  );
}
