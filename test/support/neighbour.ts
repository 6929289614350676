import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  /** Parsed JSON; undefined without a body. */
  body: unknown;
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Behaviour {
  return (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
/** Never answers. */
export const hang: Behaviour = () => {};
/** Cuts the connection. */
export const reset: Behaviour = (request) => void request.socket.destroy();
/** Answers what is no JSON. */
export const garbage: Behaviour = (_request, response) => void response.end('<html>');

/** A small real HTTP server in the place of a service that another one calls. */
export class Neighbour {
  behave: Behaviour = json(404, {});
  readonly received: Received[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  static async start(behaviour?: Behaviour): Promise<Neighbour> {
    const neighbour = new Neighbour();
    if (behaviour) neighbour.behave = behaviour;
    await new Promise<void>((resolve) => neighbour.server.listen(0, '127.0.0.1', resolve));
    return neighbour;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    this.received.push({ method, url, headers, body: body === '' ? undefined : (JSON.parse(body) as unknown) });
    this.behave(request, response);
  }
}
