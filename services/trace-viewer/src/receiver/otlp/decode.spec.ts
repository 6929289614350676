import { describe, expect, it } from '@jest/globals';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { encode } from '../../testing/otlp-proto.js';
import { decodeLogsJson, decodeTracesJson } from './json.js';
import { decodeLogs, decodeTraces } from './protobuf.js';
import { MalformedRequestError } from './records.js';

let seed = 42;
const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
const id = (length: number) => Buffer.from(Array.from({ length }, () => random(256)));
const words = ['', 'a', 'GET /ä/:id', '日本語', 'x'.repeat(300), '\u0000', '😀'];
const word = () => words[random(words.length)]!;
const int64s = ['0', '-1', '42', '9007199254740993', '-9223372036854775808', '9223372036854775807'];

/** The same value for protobufjs and for OTLP JSON. */
function value(depth = 0): { proto: object; json: object } {
  const kind = random(depth > 3 ? 5 : 7);
  if (kind === 0) return same({ stringValue: word() });
  if (kind === 1) return same({ boolValue: random(2) === 1 });
  if (kind === 2) return same({ intValue: int64s[random(int64s.length)] });
  if (kind === 3) return same({ doubleValue: [0.5, -1e300, 1e-300][random(3)] });
  if (kind === 4) {
    const bytes = id(random(20));
    return { proto: { bytesValue: bytes }, json: { bytesValue: bytes.toString('base64') } };
  }
  const items = Array.from({ length: random(4) }, () => value(depth + 1));
  if (kind === 5)
    return {
      proto: { arrayValue: { values: items.map(({ proto }) => proto) } },
      json: { arrayValue: { values: items.map(({ json }) => json) } },
    };
  const keys = items.map(word);
  return {
    proto: { kvlistValue: { values: items.map(({ proto }, i) => ({ key: keys[i], value: proto })) } },
    json: { kvlistValue: { values: items.map(({ json }, i) => ({ key: keys[i], value: json })) } },
  };
}
const same = (both: object) => ({ proto: both, json: both });

function attributes() {
  const pairs = Array.from({ length: random(6) }, () => ({ key: word() || 'key', value: value() }));
  return {
    proto: pairs.map(({ key, value }) => ({ key, value: value.proto })),
    json: pairs.map(({ key, value }) => ({ key, value: value.json })),
  };
}

function span() {
  const [traceId, spanId, parent, linked] = [id(16), id(8), random(2) ? id(8) : Buffer.alloc(0), id(16)];
  const [own, ofEvent] = [attributes(), attributes()];
  const plain = {
    name: word(),
    kind: random(6),
    traceState: word(),
    startTimeUnixNano: '1700000000123456789',
    endTimeUnixNano: '1700000000123456999',
    flags: random(2 ** 31) * 2 + 1,
    status: { code: random(3), message: word() },
  };
  const event = { timeUnixNano: '1700000000123456790', name: word() };
  return {
    proto: {
      ...plain,
      traceId,
      spanId,
      parentSpanId: parent,
      attributes: own.proto,
      events: [{ ...event, attributes: ofEvent.proto }],
      links: [{ traceId: linked, spanId }],
      unknownField: 'skipped',
      droppedAttributesCount: 3,
    },
    json: {
      ...plain,
      traceId: traceId.toString('hex').toUpperCase(),
      spanId: spanId.toString('hex'),
      parentSpanId: parent.toString('hex'),
      attributes: own.json,
      events: [{ ...event, attributes: ofEvent.json }],
      links: [{ traceId: linked.toString('hex'), spanId: spanId.toString('hex') }],
      unknownField: 'skipped',
    },
  };
}

describe('the OTLP decoders', () => {
  it('read generated traces from protobuf, as protobufjs writes them, and from JSON alike', () => {
    for (let round = 0; round < 200; round++) {
      const [resource, scope] = [attributes(), attributes()];
      const spans = Array.from({ length: random(5) }, span);
      const request = (form: 'proto' | 'json') => ({
        resourceSpans: [
          {
            resource: { attributes: resource[form] },
            scopeSpans: [
              { scope: { name: 's', version: '1', attributes: scope[form] }, spans: spans.map((one) => one[form]) },
            ],
          },
        ],
      });
      const fromProtobuf = decodeTraces(encode('TracesRequest', request('proto')));
      const fromJson = decodeTracesJson(Buffer.from(JSON.stringify(request('json'))));
      expect(fromProtobuf).toHaveLength(spans.length);
      expect(fromProtobuf).toEqual(fromJson);
      fromProtobuf.forEach((record, i) => {
        expect(record.traceId).toBe(spans[i]!.json.traceId.toLowerCase());
        expect(record).toMatchObject({ name: spans[i]!.json.name, flags: spans[i]!.json.flags });
        expect(record.startNs).toBe(1700000000123456789n);
      });
    }
  });

  it('read generated logs alike', () => {
    for (let round = 0; round < 100; round++) {
      const [body, own, traceId] = [value(), attributes(), id(16)];
      const plain = { timeUnixNano: '1700000000123456789', severityNumber: random(25), eventName: word() };
      const request = (form: 'proto' | 'json') => ({
        resourceLogs: [
          {
            resource: {},
            scopeLogs: [
              {
                logRecords: [
                  {
                    ...plain,
                    body: body[form],
                    attributes: own[form],
                    traceId: form === 'json' ? traceId.toString('hex') : traceId,
                  },
                ],
              },
            ],
          },
        ],
      });
      const fromProtobuf = decodeLogs(encode('LogsRequest', request('proto')));
      expect(fromProtobuf).toEqual(decodeLogsJson(Buffer.from(JSON.stringify(request('json')))));
      expect(fromProtobuf[0]!.traceId).toBe(traceId.toString('hex'));
    }
  });

  it('never take one name for another: alike in length and in some letters, long, empty or not ASCII', () => {
    const names = [
      'http.url',
      'hxtp.url',
      'http.uxl',
      '',
      'ä.ö',
      'ä.ü',
      'n'.repeat(64),
      'n'.repeat(65),
      `${'n'.repeat(64)}m`,
    ];
    const attributes = [...names, ...names].map((key) => ({ key, value: { stringValue: key } }));
    const bytes = encode('TracesRequest', {
      resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'http.uzl', attributes }] }] }],
    });
    for (let i = 0; i < 2; i++) {
      const [span] = decodeTraces(bytes);
      expect(span!.name).toBe('http.uzl');
      expect(span!.attributes).toEqual([...names, ...names].flatMap((name) => [name, name]));
    }
  });

  it('refuse every truncation of a request, or read a shorter one, and never throw anything else', () => {
    const whole = encode('TracesRequest', {
      resourceSpans: [{ scopeSpans: [{ spans: [span().proto, span().proto] }] }],
    });
    let refused = 0;
    for (let length = 1; length < whole.length; length++) {
      try {
        decodeTraces(whole.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedRequestError);
        refused++;
      }
    }
    expect(refused).toBe(whole.length - 1);
  });

  it('never throw anything but MalformedRequestError on flipped bytes', () => {
    const whole = encode('TracesRequest', { resourceSpans: [{ scopeSpans: [{ spans: [span().proto] }] }] });
    for (let round = 0; round < 3000; round++) {
      const broken = Uint8Array.from(whole);
      for (let flips = 0; flips < 3; flips++) broken[random(broken.length)] = random(256);
      try {
        decodeTraces(broken);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedRequestError);
      }
    }
  });

  it('refuse values nested to exhaust the stack', () => {
    let nested: object = { stringValue: 'deep' };
    // By hand: protobufjs itself refuses to write it.
    let bytes: Uint8Array = new BinaryWriter().tag(1, 2).string('deep').finish();
    for (let i = 0; i < 60; i++) {
      nested = { arrayValue: { values: [nested] } };
      bytes = new BinaryWriter().tag(5, 2).fork().tag(1, 2).bytes(bytes).join().finish();
    }
    const request = { resourceSpans: [{ resource: { attributes: [{ key: 'k', value: nested }] } }] };
    const written = new BinaryWriter().tag(1, 2).fork().tag(1, 2).fork().tag(1, 2).fork().tag(2, 2).bytes(bytes);
    expect(() => decodeTraces(written.join().join().join().finish())).toThrow('nested deeper');
    expect(() => decodeTracesJson(Buffer.from(JSON.stringify(request)))).toThrow('nested deeper');
  });

  it('keep nanoseconds and int64 that JSON gives as numbers', () => {
    const body = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":1700000000123456789,
      "attributes":[{"key":"n","value":{"intValue":9007199254740993}}]}]}]}]}`;
    const [read] = decodeTracesJson(Buffer.from(body));
    expect(read!.startNs).toBe(1700000000123456789n);
    expect(read!.attributes[1]).toMatchObject({ json: { intValue: '9007199254740993' } });
  });

  it.each([
    ['not JSON', '{', 'not valid JSON'],
    ['not an object', '[]', 'must be an object'],
    [
      'an enum by name',
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SERVER"}]}]}]}',
      'kind must be an integer',
    ],
    [
      'ids that are not hex',
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz"}]}]}]}',
      'traceId must be hex',
    ],
  ])('name what is wrong: %s', (_what, body, message) => {
    expect(() => decodeTracesJson(Buffer.from(body))).toThrow(message);
  });
});
