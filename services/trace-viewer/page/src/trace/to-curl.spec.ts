import { describe, expect, it } from '@jest/globals';
import { span } from './test-spans.js';
import { toCurl } from './to-curl.js';

const curl = (attributes: Record<string, string | number>) => toCurl(span('a', null, 0, 1, { attributes }));

describe('a span as a curl command', () => {
  it('takes the full URL of a client span', () => {
    expect(curl({ 'http.request.method': 'GET', 'url.full': 'http://localhost:4568/timeline' })).toBe(
      "curl 'http://localhost:4568/timeline'",
    );
  });

  it('assembles the URL of a server span', () => {
    expect(
      curl({
        'http.request.method': 'GET',
        'url.scheme': 'http',
        'url.path': '/api/search',
        'url.query': 'term=a%20b',
        'server.address': 'localhost',
        'server.port': 4567,
      }),
    ).toBe("curl 'http://localhost:4567/api/search?term=a%20b'");
  });

  it('keeps the shell from reading what stands in a URL', () => {
    expect(curl({ 'http.request.method': 'DELETE', 'url.full': "http://x/';rm -rf ~;'" })).toBe(
      `curl -X DELETE 'http://x/'\\'';rm -rf ~;'\\'''`,
    );
  });

  it('is not offered when the method or the URL would be more than that', () => {
    expect(curl({ 'http.request.method': 'GET; id', 'url.full': 'http://x/' })).toBeUndefined();
    expect(curl({ 'http.request.method': 'GET', 'url.full': '-o/tmp/x' })).toBeUndefined();
  });

  it('is not offered for a span that is not of HTTP', () => {
    expect(curl({ 'db.query.text': 'SELECT 1' })).toBeUndefined();
  });
});
