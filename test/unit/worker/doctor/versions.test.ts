import { describe, expect, it } from 'vitest';
import { judgeVersion } from '../../../../worker/doctor/programs.js';
import { isAtLeast, versionIn } from '../../../../worker/doctor/versions.js';

describe('worker/doctor/versions', () => {
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

  it('judges what a program printed, or that it printed nothing', () => {
    expect(judgeVersion('git', 'git version 2.39.5', '2.29', 'Install it.').result).toBe('ok');
    expect(judgeVersion('git', 'git version 2.20.1', '2.29', 'Install it.')).toMatchObject({
      result: 'fail',
      finding: 'version 2.20.1 is older than 2.29, which is needed',
    });
    expect(judgeVersion('git', 'hello', '2.29', 'Install it.').result).toBe('fail');
    expect(
      judgeVersion('git', new Error('ended with status 1:\nunknown flag\nUsage'), '2.29', 'Install it.').finding,
    ).toBe('ended with status 1: unknown flag');
  });
});
