import { describe, expect, it } from 'vitest';
import { isAtLeast, versionIn, versionOfTag } from '../../../../activities/shared/versions.js';

describe('activities/shared/versions', () => {
  it.each([
    ['git version 2.39.5 (Apple Git-154)', '2.39.5'],
    ['v2.40.3-desktop.1', '2.40.3'],
    ['none', undefined],
  ])('reads %j', (text, version) => {
    expect(versionIn(text)).toBe(version);
  });

  it.each([
    ['2.20.2', '2.20.2', true],
    ['2.20.1', '2.20.2', false],
    ['2.9', '2.20.2', false],
    ['3.0', '2.20.2', true],
    ['2.20', '2.20.2', false],
    ['10.0', '2.29', true],
  ])('%s is at least %s: %s', (version, least, answer) => {
    expect(isAtLeast(version, least)).toBe(answer);
  });

  it.each([
    ['5.0.4', '5.0.4'],
    ['4.4.29-focal', '4.4.29'],
    ['5', '5'],
    ['v6.8.3', '6.8.3'],
    ['latest', undefined],
    ['sha-7ab', undefined],
    ['', undefined],
  ])('reads the tag %j as %j', (tag, version) => {
    expect(versionOfTag(tag)).toBe(version);
  });
});
