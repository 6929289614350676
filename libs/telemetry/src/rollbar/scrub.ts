import { redactQuery } from '../http/url.js';
import { REDACTED, redactText } from '../logging/redact.js';

const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const ASSIGNED_SECRET = /\b([\w-]*(?:token|secret|passw(?:or)?d|api[-_]?key)["']?\s*[:=]\s*)["']?[^\s"',;&]+["']?/gi;

/** Masks credentials in free text: after Bearer and Basic, in URLs, and what is assigned to a name such as `password`. */
export function scrub(text: string): string {
  return redactQuery(redactText(text))
    .replace(URL_CREDENTIALS, `$1${REDACTED}@`)
    .replace(ASSIGNED_SECRET, `$1${REDACTED}`);
}
