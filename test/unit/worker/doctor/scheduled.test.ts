import { describe, expect, it } from 'vitest';
import { judgePassword } from '../../../../worker/doctor/scheduled.js';

describe('worker/doctor/scheduled', () => {
  it('fails for a repository without a password, and asks none where there is no repository', () => {
    expect(judgePassword({ backupRepository: '/backup', backupPasswordFile: '/password' })).toEqual([]);
    expect(judgePassword({ backupRepository: undefined, backupPasswordFile: undefined })).toEqual([]);
    expect(judgePassword({ backupRepository: '/backup', backupPasswordFile: undefined })).toMatchObject([
      { what: 'backup', result: 'fail', remedy: 'Set BIRDKEEPER_BACKUP_PASSWORD_FILE in env.local.' },
    ]);
  });
});
