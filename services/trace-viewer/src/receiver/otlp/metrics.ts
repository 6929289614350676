import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Encoding } from '../../store/engine.js';
import { MalformedRequestError } from './records.js';

/** Field numbers from the request down to the data points: resource_metrics, scope_metrics, metrics, data, data_points. */
const PATH: readonly (readonly number[])[] = [[1], [2], [2], [5, 7, 9, 10, 11], [1]];

function count(r: BinaryReader, end: number, depth: number): number {
  if (end > r.len) throw new MalformedRequestError('the body is truncated');
  let points = 0;
  while (r.pos < end) {
    const [number, wire] = r.tag();
    if (wire !== WireType.LengthDelimited || !PATH[depth]!.includes(number)) r.skip(wire, number);
    else if (depth === PATH.length - 1) {
      r.skip(wire, number);
      points++;
    } else {
      const length = r.uint32();
      points += count(r, r.pos + length, depth + 1);
    }
  }
  if (r.pos !== end) throw new MalformedRequestError('a message runs over its end');
  return points;
}

type Json = Record<string, unknown>;
const items = (parent: Json, key: string) => (Array.isArray(parent[key]) ? (parent[key] as (Json | null)[]) : []);

function countJson(body: Uint8Array): number {
  const request = JSON.parse(Buffer.from(body).toString('utf8')) as Json;
  let points = 0;
  for (const resource of items(request, 'resourceMetrics'))
    for (const scope of items(resource ?? {}, 'scopeMetrics'))
      for (const metric of items(scope ?? {}, 'metrics'))
        for (const data of Object.values(metric ?? {}))
          if (data !== null && typeof data === 'object') points += items(data as Json, 'dataPoints').length;
  return points;
}

/** How many data points an ExportMetricsServiceRequest holds. Throws MalformedRequestError. */
export function countDataPoints(body: Uint8Array, encoding: Encoding): number {
  try {
    if (encoding === 'json') return countJson(body);
    const r = new BinaryReader(body);
    return count(r, r.len, 0);
  } catch (error) {
    if (error instanceof MalformedRequestError) throw error;
    throw new MalformedRequestError('the body is not an export request for metrics', { cause: error });
  }
}
