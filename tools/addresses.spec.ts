import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findAddresses, isListening } from './addresses.ts';
import { SERVICES, type Service } from './services.ts';

let other: Server;
let taken: string;
beforeEach(async () => {
  other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  taken = String((other.address() as AddressInfo).port);
});
afterEach(() => void other.close());

const free = { GATEWAY_PORT: '0', HOME_ACTIVITIES_PORT: '0', USER_ACTIVITIES_PORT: '0' };
const receiver: Service = {
  ...SERVICES[0]!,
  name: 'receiver',
  portVariable: 'RECEIVER_PORT',
  hostVariable: 'RECEIVER_HOST',
  skipWhenPortTaken: true,
};

describe('findAddresses', () => {
  it('chooses free ports for port 0, each another', async () => {
    const addresses = await findAddresses(SERVICES, free);
    const ports = addresses.map(({ port }) => port);
    expect(new Set(ports).size).toBe(SERVICES.length);
    expect(addresses.map(({ url, taken }) => [url, taken])).toEqual(
      ports.map((port) => [`http://127.0.0.1:${port}`, false]),
    );
  });

  it('names every taken port with the variable that changes it', async () => {
    await expect(findAddresses(SERVICES, { ...free, GATEWAY_PORT: taken })).rejects.toThrow(
      `port ${taken} is taken; set GATEWAY_PORT to a free one`,
    );
  });

  it('marks a taken port whose service may be skipped', async () => {
    const [address] = await findAddresses([receiver], { RECEIVER_PORT: taken });
    expect(address).toMatchObject({ taken: true, url: `http://127.0.0.1:${taken}` });
  });

  it('names two variables with one port', async () => {
    const [{ port } = { port: 0 }] = await findAddresses([receiver], { RECEIVER_PORT: '0' });
    const same = { ...free, GATEWAY_PORT: String(port), HOME_ACTIVITIES_PORT: String(port) };
    await expect(findAddresses(SERVICES, same)).rejects.toThrow(
      /(HOME_ACTIVITIES_PORT and GATEWAY_PORT are both|port \d+ is taken)/,
    );
  });

  it.each(['-1', '65536', '4567x', '1e3'])('refuses %s as a port', async (value) => {
    await expect(findAddresses(SERVICES, { ...free, GATEWAY_PORT: value })).rejects.toThrow(
      'GATEWAY_PORT must be a port, 0 to 65535',
    );
  });

  it('names the variable of an address that this machine has not', async () => {
    const environment = { RECEIVER_PORT: '0', RECEIVER_HOST: '192.0.2.1' };
    await expect(findAddresses([receiver], environment)).rejects.toThrow('RECEIVER_HOST 192.0.2.1');
  });

  it('reaches on loopback what listens on every address', async () => {
    const [address] = await findAddresses([receiver], { RECEIVER_PORT: '0', RECEIVER_HOST: '0.0.0.0' });
    expect(address?.url).toBe(`http://127.0.0.1:${address?.port}`);
  });
});

describe('isListening', () => {
  it('tells whether somebody is there', async () => {
    expect(await isListening(Number(taken))).toBe(true);
    await new Promise((resolve) => other.close(resolve));
    expect(await isListening(Number(taken))).toBe(false);
  });
});
