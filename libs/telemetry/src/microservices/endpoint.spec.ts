import { describe, expect, it } from '@jest/globals';
import { type Endpoint, endpointAttributes } from './endpoint.js';

describe('endpointAttributes', () => {
  it.each<[string, Endpoint | Endpoint[], object]>([
    ['a URL, without its credentials', ['amqp://name:word@mq.example:5673/v'], { 'server.address': 'mq.example', 'server.port': 5673 }],
    ['a URL without a port', 'mqtt://mq.example', { 'server.address': 'mq.example', 'server.port': 99 }],
    ['host and port', 'kafka.example:9093', { 'server.address': 'kafka.example', 'server.port': 9093 }],
    ['an IPv6 address', 'nats://[::1]:4222', { 'server.address': '::1', 'server.port': 4222 }],
    ['options', { hostname: 'mq.example', port: 1 }, { 'server.address': 'mq.example', 'server.port': 1 }],
    ['a cluster, of which it is not known who gets a message', ['a:1', 'b:2'], {}],
    ['nothing', undefined, {}],
    ['what cannot be read', 'amqp://a b', {}],
  ])('reads %s', (_what, endpoint, expected) => {
    expect(endpointAttributes(endpoint, 99)).toEqual(expected);
  }); // prettier-ignore
});
