import { ask } from './http.ts';
import { type Finding, ok, wrong } from './finding.ts';

const HOME = '/api/activities/home';
/** With a tenth of the traces kept, one in 194 runs of the doctor finds none. */
const TRIES = 50;

export interface TestTrace {
  findings: Finding[];
  /** Undefined when there is no trace to look for. */
  traceId?: string;
}

/** One request through the three services; more when the sampler drops them. */
export async function sendTestTrace(gatewayUrl: string, env: NodeJS.ProcessEnv): Promise<TestTrace> {
  for (let tries = 1; ; tries++) {
    const answer = await ask(gatewayUrl + HOME);
    if (typeof answer === 'string') return failed(`${gatewayUrl + HOME} does not answer (${answer})`, 'npm start');
    if (answer.status !== 200)
      return failed(`GET ${HOME} is answered with ${answer.status}`, `curl -i ${gatewayUrl + HOME}`);
    const degraded = answer.headers.get('cruddur-degraded');
    if (degraded) return failed(`the home timeline came without ${degraded}`, 'npm start');
    const [, traceId, , flags] = answer.headers.get('traceresponse')?.split('-') ?? [];
    if (!traceId || !flags) return failed('the answer has no traceresponse: the gateway runs untraced', 'npm start');
    if (Number.parseInt(flags, 16) & 1) return { traceId, findings: [ok('test trace', sent(traceId, tries, env))] };
    if (tries === TRIES || isNeverSampled(env)) return dropped(tries, env);
  }
}

const failed = (text: string, next: string): TestTrace => ({ findings: [wrong('test trace', text, next)] });

function sent(traceId: string, tries: number, env: NodeJS.ProcessEnv): string {
  const which = tries === 1 ? '' : `, the ${tries}. request: the others were not sampled (${samplerOf(env)})`;
  return `GET ${HOME} answers 200, traceresponse ${traceId}${which}`;
}

function dropped(tries: number, env: NodeJS.ProcessEnv): TestTrace {
  const requests = tries === 1 ? 'the request was' : `${tries} requests were`;
  const text = `${requests} answered, but not sampled (${samplerOf(env)}): nothing is sent anywhere`;
  return failed(text, 'OTEL_TRACES_SAMPLER=parentbased_always_on npm start');
}

function isNeverSampled({ OTEL_TRACES_SAMPLER = '' }: NodeJS.ProcessEnv): boolean {
  return OTEL_TRACES_SAMPLER.endsWith('always_off');
}

function samplerOf({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG }: NodeJS.ProcessEnv): string {
  const name = `OTEL_TRACES_SAMPLER=${OTEL_TRACES_SAMPLER ?? 'parentbased_always_on'}`;
  return OTEL_TRACES_SAMPLER_ARG ? `${name} OTEL_TRACES_SAMPLER_ARG=${OTEL_TRACES_SAMPLER_ARG}` : name;
}
