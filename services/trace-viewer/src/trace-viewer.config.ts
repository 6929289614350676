import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The compiled tree repeats the source tree one folder deeper. */
const root = fileURLToPath(new URL(import.meta.url.includes('/dist/') ? '../../../../' : '../../../', import.meta.url));

const integer = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

const Environment = z.object({
  VIEWER_PORT: integer(4318, 0, 65535),
  VIEWER_HOST: z.string().min(1).default('127.0.0.1'),
  /** Host names, besides localhost and addresses, under which the viewer may be asked: comma-separated. */
  VIEWER_ALLOWED_HOSTS: z.string().default(''),
  VIEWER_DATA_DIR: z.string().min(1).default('.data/trace-viewer'),
  VIEWER_QUERIES_DIR: z.string().min(1).default(`${root}queries`),
  VIEWER_PAGE_DIR: z.string().min(1).default(`${root}services/trace-viewer/page/dist`),
  VIEWER_RETENTION_HOURS: integer(168, 1, 87_600),
  VIEWER_RETENTION_MB: integer(1024, 16, 1_048_576),
  /** DuckDB's share; the process itself needs up to 380 MB more. */
  VIEWER_MEMORY_MB: integer(128, 64, 65_536),
  /** Requests being stored, decompressed; more are asked to come back. */
  VIEWER_QUEUE_MB: integer(128, 64, 4096),
});

export interface TraceViewerConfig {
  port: number;
  host: string;
  allowedHosts: string[];
  dataDir: string;
  queriesDir: string;
  pageDir: string;
  maxAgeHours: number;
  maxBytes: number;
  memoryLimitMb: number;
  queueBytes: number;
}

const MB = 1024 * 1024;

/** Throws an error that names each bad variable. An empty variable counts as absent. */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): TraceViewerConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`Bad configuration: ${problems.join('; ')}`);
  }
  const env = parsed.data;
  return {
    port: env.VIEWER_PORT,
    host: env.VIEWER_HOST,
    allowedHosts: env.VIEWER_ALLOWED_HOSTS.split(',')
      .map((host) => host.trim().toLowerCase())
      .filter(Boolean),
    dataDir: env.VIEWER_DATA_DIR,
    queriesDir: env.VIEWER_QUERIES_DIR,
    pageDir: env.VIEWER_PAGE_DIR,
    maxAgeHours: env.VIEWER_RETENTION_HOURS,
    maxBytes: env.VIEWER_RETENTION_MB * MB,
    memoryLimitMb: env.VIEWER_MEMORY_MB,
    queueBytes: env.VIEWER_QUEUE_MB * MB,
  };
}
