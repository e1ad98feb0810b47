import { describe, expect, it } from 'vitest';
import { judgeKey } from '../../../../worker/doctor/keys.js';

const ann = { uid: 1000, gid: 1000, user: 'ann' };
const root = { uid: 0, gid: 0, user: 'root' };
const key = (mode: number, uid: number, gid = uid) => ({ path: '/k', mode: 0o100000 | mode, uid, gid });

describe('worker/doctor/keys', () => {
  it.each([
    [key(0o600, 1000), ann, 'ok', '/k'],
    [key(0o644, 1000), ann, 'fail', 'ssh refuses /k: others may read it (mode 0644)'],
    [key(0o600, 0), root, 'ok', '/k'],
    [key(0o640, 0), root, 'fail', 'ssh refuses'],
    [key(0o600, 0), ann, 'fail', 'ann, as whom git runs, may not read /k (mode 0600)'],
    [key(0o640, 0, 1000), ann, 'ok', '/k'],
    [key(0o604, 0), ann, 'ok', '/k'],
    [key(0o600, 1000), root, 'ok', '/k'],
    [key(0o000, 1000), ann, 'fail', 'may not read'],
  ])('%j for %j is %s', (file, user, result, finding) => {
    expect(judgeKey('key', file, user)).toMatchObject({ result, finding: expect.stringContaining(finding) as string });
  });
});
