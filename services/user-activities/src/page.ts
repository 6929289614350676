import { decodeCursor, encodeCursor, InvalidInputError, type Position, type TimelineQuery } from '@cruddur/contracts';

/** Before everything: what sorts after every activity there can be. */
const START: Position = { created_at: 'infinity', uuid: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/**
 * The values $1..$3 of a keyset query: the position to begin after, and how many rows to read. That is one more than
 * asked for, which tells whether there is a next page. One text serves the first page and the others.
 */
export function pageValues({ limit, cursor }: TimelineQuery): [created_at: string, uuid: string, rows: number] {
  const { created_at, uuid } = cursor === undefined ? START : positionOf(cursor);
  return [created_at, uuid, limit + 1];
}

/** The page in `rows`, read with {@link pageValues}. */
export function toPage<Row extends Position>(
  rows: Row[],
  { limit }: TimelineQuery,
): { activities: Row[]; next_cursor: string | null } {
  const activities = rows.slice(0, limit);
  const last = activities.at(-1);
  return { activities, next_cursor: last && rows.length > limit ? encodeCursor(last) : null };
}

function positionOf(cursor: string): Position {
  const position = decodeCursor(cursor);
  if (position === undefined) throw new InvalidInputError(['cursor_invalid']);
  return position;
}
