import type { Definitions } from './definitions.ts';
import type { Api } from './honeycomb-api.ts';
import type { Report } from './report.ts';
import type { SyncedQueries } from './sync-queries.ts';

interface Panel {
  type: string;
  position?: { x_coordinate: number; y_coordinate: number; width: number; height: number };
  query_panel?: { query_id: string; query_annotation_id: string; query_style?: string };
}

interface FlexibleBoard {
  id: string;
  name: string;
  description?: string;
  type: string;
  panels?: Panel[];
  tags?: unknown[];
  preset_filters?: unknown[];
}

/** Honeycomb's boards are twelve columns wide. */
const WIDTH = 6;
const HEIGHT = 4;

export async function syncBoards(
  api: Api,
  { boards, queries }: Pick<Definitions, 'boards' | 'queries'>,
  { saved, outdated }: SyncedQueries,
  report: Report,
): Promise<void> {
  const ours = new Set([...saved.values(), ...outdated].map(({ id }) => id));
  const listed = await api.get<FlexibleBoard[]>('/1/boards');
  for (const { file, name, description, queries: slugs } of boards) {
    await report.attempt(file, async () => {
      const ready = slugs.filter((slug) => saved.has(slug));
      const waiting = slugs.filter((slug) => !saved.has(slug)).map((slug) => nameOf(queries, slug));
      if (waiting.length > 0) report.awaits('board', name, waiting.map((query) => `query ${query}`).join(', '));
      if (ready.length === 0) return;
      const panels = ready.map((slug, i): Panel => {
        const { id, query_id } = saved.get(slug)!;
        const style = queries.find((query) => query.slug === slug)?.query.breakdowns.length ? 'combo' : 'graph';
        return {
          type: 'query',
          position: placeOf(i),
          query_panel: { query_id, query_annotation_id: id, query_style: style },
        };
      });
      const wanted = { type: 'flexible', name, description, layout_generation: 'manual', panels };
      const found = listed.find((board) => board.name === name);
      if (!found) {
        await api.post('/1/boards', wanted);
        return report.did('create', 'board', name);
      }
      const board = await api.get<FlexibleBoard>(`/1/boards/${found.id}`);
      const isOurs = ({ query_panel: panel }: Panel) => panel !== undefined && ours.has(panel.query_annotation_id);
      const { description: present, panels: shown = [], tags, preset_filters } = board;
      if ((present ?? '') === description && samePanels(shown.filter(isOurs), panels)) return report.isAsWanted();
      // What people have added, and no file speaks of, stays.
      const others = shown.filter((panel) => !isOurs(panel));
      await api.put(`/1/boards/${board.id}`, {
        ...wanted,
        panels: [...panels, ...placedBelow(panels, others)],
        ...(tags && { tags }),
        ...(preset_filters && { preset_filters }),
      });
      report.did('update', 'board', name);
    });
  }
}

/** Two beside each other, row by row. */
function placeOf(i: number) {
  const [x, y] = [(i % 2) * WIDTH, Math.floor(i / 2) * HEIGHT];
  return { x_coordinate: x, y_coordinate: y, width: WIDTH, height: HEIGHT };
}

function placedBelow(above: Panel[], panels: Panel[]): Panel[] {
  let y = Math.ceil(above.length / 2) * HEIGHT;
  return panels.map(({ position, ...panel }) => {
    const { width = WIDTH, height = HEIGHT } = position ?? {};
    y += height;
    return { ...panel, position: { x_coordinate: 0, y_coordinate: y - height, width, height } };
  });
}

/** Where a panel stands and how large it is may be changed by hand; what it shows and how is the file's. */
function samePanels(one: Panel[], other: Panel[]): boolean {
  const shown = (panels: Panel[]) =>
    panels.map(({ type, query_panel: panel }) =>
      [type, panel?.query_id, panel?.query_annotation_id, panel?.query_style].join(' '),
    );
  return shown(one).sort().join('\n') === shown(other).sort().join('\n');
}

function nameOf(queries: Definitions['queries'], slug: string): string {
  return queries.find((query) => query.slug === slug)?.name ?? slug;
}
