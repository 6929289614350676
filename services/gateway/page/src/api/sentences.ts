/** What a code of the API means for whoever sits in front of the page. The API's own words do for the others. */
const SENTENCES: Record<string, string> = {
  activity_not_found: 'This message is gone. It has expired, or it never was.',
  handle_unknown: 'Nobody here goes by that name.',
  message_blank: 'There is nothing to read in that message yet.',
  message_too_long: 'That message is too long.',
  search_term_blank: 'What are you looking for?',
  upstream_failed: 'A part of Cruddur failed while it was answering. Trying again may help.',
  upstream_unavailable: 'Cruddur has too much to do right now. Try again in a moment.',
  upstream_timeout: 'A part of Cruddur took too long to answer. Trying again may help.',
};

export function sentenceFor(status: number, { errors = [], detail }: { errors?: string[]; detail?: string }): string {
  const known = errors.flatMap((code) => SENTENCES[code] ?? []);
  if (known.length > 0) return known.join(' ');
  if (detail) return detail;
  if (status >= 500) return 'Something broke on our side.';
  return `Cruddur refused this (${status}).`;
}
