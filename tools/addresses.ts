import { connect, createServer, type AddressInfo } from 'node:net';
import type { Service } from './services.ts';
import { StartError } from './start-error.ts';

/** Where a service is to listen. */
export interface Address {
  service: Service;
  host: string;
  port: number;
  /** For callers on this machine. */
  url: string;
  /** Something else listens there. */
  taken: boolean;
}

/**
 * Finds out where each service is to listen. Port 0 becomes a free one.
 *
 * @throws StartError that names every variable with a port that is none, or taken where it must not be
 */
export async function findAddresses(services: readonly Service[], env: NodeJS.ProcessEnv): Promise<Address[]> {
  const addresses = await Promise.all(services.map((service) => findAddress(service, env)));
  const problems = addresses.flatMap(({ service, host, port, taken }, i) => {
    if (taken && !service.skipWhenPortTaken) {
      return [`port ${port} is taken; set ${service.portVariable} to a free one`];
    }
    const same = addresses.slice(0, i).find((other) => other.port === port && other.host === host);
    return same ? [`${same.service.portVariable} and ${service.portVariable} are both ${port}`] : [];
  });
  if (problems.length > 0) throw new StartError(problems.join('\n'));
  return addresses;
}

/** @throws StartError when the environment says something that cannot be */
export async function findAddress(service: Service, env: NodeJS.ProcessEnv): Promise<Address> {
  const host = env[service.hostVariable] || '127.0.0.1';
  const wanted = readPort(service, env);
  const free = await listenBriefly(service, host, wanted);
  const port = free ?? wanted;
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  const url = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  return { service, host, port, url, taken: free === undefined };
}

function readPort({ portVariable, defaultPort }: Service, env: NodeJS.ProcessEnv): number {
  const value = env[portVariable]?.trim();
  if (!value) return defaultPort;
  if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
  throw new StartError(`${portVariable} must be a port, 0 to 65535`);
}

/** @returns the port, which is free; undefined when it is taken */
async function listenBriefly(service: Service, host: string, port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return undefined;
    if (code !== 'EACCES') throw new StartError(`${service.hostVariable} ${host} is not an address of this machine`);
    throw new StartError(`port ${port} is not allowed for this user; set ${service.portVariable} to another one`);
  }
  const chosen = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
  return chosen;
}

/** Whether somebody accepts connections there. */
export function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.setTimeout(500, () => finish(false));
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
  });
}
