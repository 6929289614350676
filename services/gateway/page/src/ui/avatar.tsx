/** The same hue for the same handle, everywhere. */
function hueOf(handle: string): number {
  let hash = 7;
  for (const character of handle) hash = (hash * 31 + character.codePointAt(0)!) % 36_000;
  return hash % 360;
}

export function Avatar({ handle, name, small }: { handle: string; name: string; small?: boolean }) {
  const letters = name
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .filter((letter) => /\p{Lu}/u.test(letter));
  const initials = letters.length > 1 ? letters[0]! + letters.at(-1)! : [...name].slice(0, 1).join('').toUpperCase();
  return (
    <span class={small ? 'avatar small' : 'avatar'} data-hue={Math.round(hueOf(handle) / 30) % 12} aria-hidden="true">
      {initials}
    </span>
  );
}
