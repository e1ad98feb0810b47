import { describe, expect, it } from 'vitest';
import { lackingBackupSettings } from '../../../../worker/doctor/scheduled.js';

describe('worker/doctor/scheduled', () => {
  it('names the settings without which no backup is made', () => {
    const [backupRepository, backupPasswordFile] = ['/backup', '/password'];
    expect(lackingBackupSettings({ backupRepository, backupPasswordFile, backupPaths: ['/data'] })).toEqual([]);
    expect(
      lackingBackupSettings({ backupRepository: undefined, backupPasswordFile: undefined, backupPaths: [] }),
    ).toEqual(['BIRDKEEPER_BACKUP_REPOSITORY', 'BIRDKEEPER_BACKUP_PASSWORD_FILE', 'BIRDKEEPER_BACKUP_PATHS']);
  });
});
