import { type Finding, ok, wrong } from '../finding.ts';
import { ask, printable } from '../http.ts';
import type { Context } from './context.ts';

/** A token with the scope post_server_item may do nothing but post: an item without content is refused, which is an answer. */
export async function checkRollbar({ telemetry, env, gatewayUrl }: Context): Promise<Finding[]> {
  const settings = telemetry.readRollbar(env, {}, []);
  if (!settings) return [];
  const where = printable(settings.endpoint.href);
  const headers = { 'content-type': 'application/json', 'x-rollbar-access-token': settings.accessToken };
  const answer = await ask(settings.endpoint.href, { method: 'POST', headers, body: '{}' });
  if (typeof answer === 'string') {
    const text = `${where} (ROLLBAR_ENDPOINT) does not answer (${answer})`;
    return [wrong('Rollbar', text, `curl -i ${where}`)];
  }
  if (answer.status === 401 || answer.status === 403) {
    const text = `${where} refuses ROLLBAR_ACCESS_TOKEN (${answer.status}): it needs the scope post_server_item`;
    return [wrong('Rollbar', text, 'put the token of Project Access Tokens into .env, then: npm run doctor')];
  }
  if (answer.status >= 500 || answer.status === 404) {
    return [wrong('Rollbar', `${where} (ROLLBAR_ENDPOINT) answers ${answer.status}`, `curl -i ${where}`)];
  }
  const see = `to see an item: curl ${gatewayUrl}/rollbar/test`;
  return [ok('Rollbar', `${where} answers, and does not refuse ROLLBAR_ACCESS_TOKEN; ${see}`)];
}
