import { partsOf } from './parts.js';

export function Message({ text }: { text: string }) {
  return (
    <p class="message">
      {partsOf(text).map((part) =>
        typeof part === 'string' ? (
          part
        ) : (
          <a href={`/@${part.handle}`} data-trace="profile">
            @{part.handle}
          </a>
        ),
      )}
    </p>
  );
}
