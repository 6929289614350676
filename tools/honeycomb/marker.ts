import { checkKey } from './auth.ts';
import { ALL_DATASETS } from './definitions.ts';
import type { HoneycombApi } from './honeycomb-api.ts';

export interface Marker {
  type: string;
  message: string;
  url?: string;
}

/** Draws a line into every graph of the environment, now. @returns the exit status */
export async function mark(api: HoneycombApi, marker: Marker, say: (line: string) => void): Promise<number> {
  const where = await checkKey(api, ['markers']);
  await api.post(`/1/markers/${ALL_DATASETS}`, marker);
  say(`marked ${marker.type} «${marker.message}» in ${where}`);
  return 0;
}
