import { describe, expect, it } from 'vitest';
import { judgeFile, judgeOwner } from '../../../../client/doctor/state-checks.js';

const directory = '/var/lib/birdkeeper';

describe('client/doctor/state-checks', () => {
  it('knows whose the state directory is, and who looks', () => {
    expect(judgeOwner({ directory, uid: 0, mode: 0o40755 }, 0).result).toBe('ok');
    expect(judgeOwner({ directory, uid: 1000, mode: 0o40755 }, 0).result).toBe('ok');
    expect(judgeOwner({ directory, uid: 0, mode: 0o40755 }, 1000)).toMatchObject({
      result: 'warn',
      remedy: 'Look as the worker does: sudo birdkeeper doctor',
    });
    expect(judgeOwner({ directory, uid: 0, mode: 0o40777 }, 0)).toMatchObject({
      result: 'fail',
      remedy: 'chmod 755 /var/lib/birdkeeper',
    });
  });

  it('finds files that do not parse, and lines that a crash cut short', () => {
    expect(judgeFile('/s/look.json', '{}')).toBeUndefined();
    expect(judgeFile('/s/look.json', '{')?.result).toBe('fail');
    expect(judgeFile('/s/releases.jsonl', '{}\n{}\n')).toBeUndefined();
    expect(judgeFile('/s/releases.jsonl', '{}\n{"a\n{}\n')).toMatchObject({
      result: 'warn',
      finding: expect.stringContaining('line 2 is not JSON') as string,
    });
  });
});
