const BUCKETS = 40;

/** Bucket edges, ascending and one more than buckets, and the SQL for the bucket of a value. */
export interface Scale {
  edges: number[];
  bucket: (value: string) => string;
}

/** Logarithmic over positive numbers, where latencies and sizes are read; linear otherwise. */
export function scaleFor(min: number, max: number): Scale {
  const within = (index: string) => `least(${BUCKETS - 1}, greatest(0, floor(${index})))::INTEGER`;
  if (min >= 0 && max > 0 && max > min) {
    const low = Math.log(Math.max(min, max / 1e6));
    const step = (Math.log(max) - low) / BUCKETS;
    const edges = Array.from({ length: BUCKETS + 1 }, (_, i) => Math.exp(low + i * step));
    if (min < edges[0]!) edges[0] = min;
    const safe = (value: string) => `ln(greatest(${value}, ${Math.exp(low)}::DOUBLE))`;
    return { edges, bucket: (value) => within(`(${safe(value)} - ${low}::DOUBLE) / ${step}::DOUBLE`) };
  }
  const width = max > min ? (max - min) / BUCKETS : 1;
  return {
    edges: Array.from({ length: BUCKETS + 1 }, (_, i) => min + i * width),
    bucket: (value) => within(`(${value} - ${min}::DOUBLE) / ${width}::DOUBLE`),
  };
}

export const emptyCounts = () => new Array<number>(BUCKETS).fill(0);
