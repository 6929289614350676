import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { isListening } from '../../addresses.ts';
import { type Finding, ok, wrong } from '../finding.ts';
import { whyNot } from '../http.ts';
import type { Destination } from '../telemetry.ts';
import { type Context, tryToSend } from './context.ts';

/** How long the refusal of a datagram may take to come back. */
const REFUSAL_MS = 500;
const FOLLOW = 'X-Ray is not asked whether the trace arrived: follow the link';

/** The daemon acknowledges nothing: one can only see that nobody listens. */
export async function checkXrayDaemon({ telemetry, env }: Context): Promise<Finding[]> {
  const address = telemetry.readDaemonAddress(env, []);
  if (!address) return [];
  const { udp, tcp } = address;
  const where = `${udp.host}:${udp.port}`;
  const reason = await refusedDatagram(udp);
  if (reason) {
    const text = `nothing takes datagrams at ${where} (${reason}); it is what AWS_XRAY_DAEMON_ADDRESS says`;
    return [wrong('X-Ray daemon', text, 'xray-daemon -o -n eu-central-1, then: npm run doctor')];
  }
  const proxy = (await isListening(tcp.port, tcp.host)) ? 'and its proxy answers' : 'its proxy (TCP) does not answer';
  return [ok('X-Ray daemon', `${where} refuses no datagram, ${proxy}; ${FOLLOW}`)];
}

/** Signed by AWS's default credential chain, as the services do it. */
export async function checkXrayOtlp(destination: Destination, endpoint: string): Promise<Finding[]> {
  const reason = await tryToSend(destination);
  if (!reason) return [ok('X-Ray OTLP', `${endpoint} takes signed spans; ${FOLLOW}`)];
  if (/credential/i.test(reason)) {
    return [wrong('X-Ray OTLP', 'AWS_XRAY_OTLP=true, but AWS finds no credentials', 'aws configure')];
  }
  if (reason === 'HTTP 403') {
    const text = `${endpoint} refuses the credentials (403): they need AWSXrayWriteOnlyAccess`;
    return [wrong('X-Ray OTLP', text, 'aws sts get-caller-identity')];
  }
  const text = `${endpoint} does not take spans (${reason}); AWS_REGION or AWS_ENDPOINT_URL_XRAY says where it is`;
  return [wrong('X-Ray OTLP', text, `curl -i ${endpoint}`)];
}

/** @returns why, when a datagram of no bytes, which the daemon ignores, finds nobody */
function refusedDatagram({ host, port }: { host: string; port: number }): Promise<string | undefined> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const refused = new Promise<string>((resolve) => socket.once('error', (error) => resolve(whyNot(error))));
  socket.connect(port, host, () => socket.send(''));
  return Promise.race([refused, sleep(REFUSAL_MS, undefined)]).finally(() => socket.close());
}
