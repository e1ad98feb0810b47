import { describe, expect, it } from 'vitest';
import { parseProbes } from '../../../../activities/stack/probes.js';

describe('activities/stack/probes', () => {
  it('reads address, status and text, one a line or between semicolons', () => {
    expect(parseProbes('http://a/ ; https://b/x 401\n http://c 200 all is  well; http://d text only;')).toEqual([
      { url: 'http://a/', status: 200 },
      { url: 'https://b/x', status: 401 },
      { url: 'http://c', status: 200, text: 'all is well' },
      { url: 'http://d', status: 200, text: 'text only' },
    ]);
  });

  it('reads none from blanks', () => {
    expect(parseProbes(' \n ; ')).toEqual([]);
  });

  it.each(['host:80', 'file:///etc/passwd', 'nonsense 200'])('refuses %s', (text) => {
    expect(() => parseProbes(text)).toThrow(/^should be http/);
  });
});
