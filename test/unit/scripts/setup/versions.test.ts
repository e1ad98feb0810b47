import { describe, expect, it } from 'vitest';
import { isAtLeast, temporalServerVersion, versionIn } from '../../../../scripts/setup/versions.mjs';

describe('scripts/setup/versions', () => {
  it.each([
    ['2.40.3', [2, 40, 3]],
    ['v2.20', [2, 20, 0]],
    ['Docker Compose version v2.27.1-desktop.1', [2, 27, 1]],
    ['20.10.24+dfsg1', [20, 10, 24]],
    ['2.26.1-4', [2, 26, 1]],
  ])('%s is read', (text, version) => {
    expect(versionIn(text)).toEqual(version);
  });

  it('a text without a version has none', () => {
    expect(versionIn('dev')).toBeUndefined();
    expect(isAtLeast('dev', '1.0')).toBe(false);
  });

  it.each([
    ['2.20.0', true],
    ['2.40.3', true],
    ['2.9.9', false],
    ['1.29.2', false],
    ['10.0.0', true],
    ['2.20.0-rc1', true],
  ])('%s against 2.20.0: %s', (text, expected) => {
    expect(isAtLeast(text, '2.20.0')).toBe(expected);
  });

  it('patch levels decide last', () => {
    expect(isAtLeast('2.20.1', '2.20.2')).toBe(false);
    expect(isAtLeast('2.20.2', '2.20.2')).toBe(true);
    expect(isAtLeast('3.0.0', '2.20.2')).toBe(true);
  });

  it('the Temporal server inside counts, not the version of the command line', () => {
    expect(temporalServerVersion('temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)')).toBe('1.29.1');
    expect(temporalServerVersion('temporalite version 0.3.0')).toBeUndefined();
  });
});
