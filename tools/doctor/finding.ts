/** One thing that was looked at. */
export interface Finding {
  /** `wrong` is to be put right; a `note` says what could not be looked at, or is good to know. */
  state: 'ok' | 'wrong' | 'note';
  subject: string;
  text: string;
  /** What to type next. */
  next?: string;
}

export const ok = (subject: string, text: string): Finding => ({ state: 'ok', subject, text });
export const note = (subject: string, text: string): Finding => ({ state: 'note', subject, text });
export const wrong = (subject: string, text: string, next: string): Finding => ({
  state: 'wrong',
  subject,
  text,
  next,
});
