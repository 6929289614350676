import { type OtlpSpan, toOtlp } from './otlp.js';
import { isTraced, PAGE_HEADER, pageToken, renewToken } from './session.js';

const ENDPOINT = '/v1/traces';
const DELAY_MS = 2_000;
/** More spans than this are dropped while the gateway cannot be reached. */
const MAX_QUEUE = 256;
/** What a browser sends for a page that is going away: 64 kB for all requests together. */
const MAX_BODY = 56_000;
const RETRYABLE = [429, 502, 503, 504];

// Before it is wrapped: what is sent from here must not make spans.
const send = window.fetch.bind(window);
let queue: OtlpSpan[] = [];
let timer: number | undefined;

/** Takes a trace's spans and sends them soon, together with others. */
export function exportSpans(spans: OtlpSpan[]): void {
  queue = queue.concat(spans).slice(0, MAX_QUEUE);
  schedule(DELAY_MS);
}

/** Sends what has been taken, also when the page is going away. */
export function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  if (!isTraced() || queue.length === 0) return;
  const [body, batch] = takeBatch();
  if (queue.length > 0) schedule(0);
  void post(body).then(
    (status) => RETRYABLE.includes(status) && putBack(batch),
    () => putBack(batch),
  );
}

function schedule(delayMs: number): void {
  timer ??= window.setTimeout(flush, delayMs);
}

function putBack(batch: OtlpSpan[]): void {
  queue = batch.concat(queue).slice(0, MAX_QUEUE);
  schedule(DELAY_MS * 5);
}

async function post(body: string): Promise<number> {
  const headers = { 'content-type': 'application/json', [PAGE_HEADER]: pageToken() };
  const response = await send(ENDPOINT, { method: 'POST', headers, body, keepalive: true });
  renewToken(response);
  return response.status;
}

/** As many spans as fit, at least one. */
function takeBatch(): [body: string, batch: OtlpSpan[]] {
  for (let count = queue.length; ; count = Math.ceil(count / 2)) {
    const batch = queue.slice(0, count);
    const body = JSON.stringify(toRequest(batch));
    if (count > 1 && body.length > MAX_BODY) continue;
    queue = queue.slice(count);
    return [body, batch];
  }
}

interface UserAgentData {
  brands: { brand: string; version: string }[];
  mobile: boolean;
  platform: string;
}

/** The browser as a resource: https://opentelemetry.io/docs/specs/semconv/resource/browser/ */
function toRequest(spans: OtlpSpan[]) {
  const { brands, mobile, platform } =
    (navigator as Navigator & { userAgentData?: UserAgentData }).userAgentData ?? ({} as Partial<UserAgentData>);
  const attributes = toOtlp({
    'browser.brands': brands?.map(({ brand, version }) => `${brand} ${version}`),
    'browser.language': navigator.language,
    'browser.mobile': mobile,
    'browser.platform': platform,
  });
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'cruddur-web' }, spans }] }] };
}
