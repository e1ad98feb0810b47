import { describe, expect, it } from 'vitest';
import { judgeVersion } from '../../../../worker/doctor/programs.js';

describe('worker/doctor/programs', () => {
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
