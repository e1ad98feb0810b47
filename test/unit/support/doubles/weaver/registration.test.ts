import { describe, expect, it } from 'vitest';
import { isUrl } from '../../../../support/doubles/weaver/registration.js';

// As Weaver 6.8.3 answered.
describe('support/doubles/weaver/registration', () => {
  it.each([
    'http://finch.birds:5000/wps',
    'https://host.example/twitcher/ows/proxy/finch',
    'HTTP://host.example',
    'http://localhost:8080/wps?map=x',
    'http://127.0.0.1/wps',
    'http://[::1]:5000/wps',
    'ftp://127.0.0.1/',
    'www.foo.com',
    'localhost/wps',
  ])('%s is a URL', (text) => expect(isUrl(text)).toBe(true));

  it.each([
    'http://finch:5000/wps',
    'finch:5000/wps',
    'http://x',
    'http://finch_1.birds/wps',
    'http://a.b/wps',
    'http://a b',
    'http:///x',
    '//host.example/y',
    '/rel',
    'mailto:x@y',
    'nonsense',
    'http://host.example//wps',
  ])('%s is none', (text) => expect(isUrl(text)).toBe(false));
});
