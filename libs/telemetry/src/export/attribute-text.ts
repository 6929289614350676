/** An attribute's value as one text, for destinations that know nothing else. */
export function attributeText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}
