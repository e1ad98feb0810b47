import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_METRICS_LISTEN,
  MetricsListen,
  parseMetricsListen,
  textOf,
} from '../../../../worker/metrics/settings.js';

describe('worker/metrics/settings', () => {
  it.each([
    [DEFAULT_METRICS_LISTEN, ['127.0.0.1:9469', 'docker:9469']],
    ['none', []],
    [' none ', []],
    ['9469', ['127.0.0.1:9469']],
    ['docker:9470', ['docker:9470']],
    ['DOCKER:1', ['docker:1']],
    ['[::1]:9469, 0.0.0.0:80', ['[::1]:9469', '0.0.0.0:80']],
    ['9469 127.0.0.1:9469 docker:9469 docker:9469', ['127.0.0.1:9469', 'docker:9469']],
  ])('reads %j', (text, addresses) => {
    expect(parseMetricsListen(text).map(textOf)).toEqual(addresses);
  });

  it.each(['', ' ', 'off', 'none 9469', '0', '65536', ':9469', 'docker', 'docker:', '*:9469', '::1:9469', '9469;9470'])(
    'refuses %j and says what is expected',
    (text) => {
      expect(() => parseMetricsListen(text)).toThrow(/^should be none, or a list of PORT .*docker:PORT/);
    },
  );

  it('refuses more addresses than a host has', () => {
    expect(() => parseMetricsListen(Array.from({ length: 17 }, (_, at) => String(9000 + at)).join(' '))).toThrow(
      RangeError,
    );
  });

  it('says a sentence of any text, and is the default without one', () => {
    expect(MetricsListen.parse(undefined).map(textOf)).toEqual(['127.0.0.1:9469', 'docker:9469']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = MetricsListen.safeParse(text);
        if (!read.success) expect(read.error.issues[0]?.message).toMatch(/^should be none, or/);
      }),
      { numRuns: 1_000 },
    );
  });
});
