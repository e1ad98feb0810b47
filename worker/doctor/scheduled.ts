/** What backups and the rotation of logs start. */
import { access, constants } from 'node:fs/promises';
import { messageOf } from '../../activities/shared/failures.js';
import type { StackSettings } from '../../activities/stack/settings.js';
import { fail, ok } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext } from './context.js';
import { programsOnPath } from './programs.js';

export const backups: Check<DoctorContext> = {
  name: 'backup',
  limitMs: 25_000,
  async run(context) {
    const { settings } = await context.readableView();
    if (settings.backupRepository === undefined && settings.backupFrequency === '')
      return [ok('backup', 'none is set')];
    const install = 'Install restic, by which backups are made.';
    return [
      await programsOnPath('backup', ['restic'], install, context),
      ...judgePassword(settings),
      ...(await unreadable('backup', 'BIRDKEEPER_BACKUP_PASSWORD_FILE', settings.backupPasswordFile)),
    ];
  },
};

/** Pure. */
export function judgePassword(settings: Pick<StackSettings, 'backupRepository' | 'backupPasswordFile'>): Finding[] {
  if (settings.backupRepository === undefined || settings.backupPasswordFile !== undefined) return [];
  const setting = 'BIRDKEEPER_BACKUP_PASSWORD_FILE';
  return [fail('backup', `${setting} is not set: no backup is made`, `Set ${setting} in env.local.`)];
}

export const logRotation: Check<DoctorContext> = {
  name: 'log rotation',
  limitMs: 25_000,
  async run(context) {
    const { settings } = await context.readableView();
    const { logrotateFrequency, logrotateFile } = settings;
    if (logrotateFrequency === '') return [ok('log rotation', 'never (BIRDKEEPER_LOGROTATE_FREQUENCY is empty)')];
    const programs = ['fallocate', 'flock', ...(logrotateFile === undefined ? [] : ['logrotate'])];
    const install = `Install util-linux${logrotateFile === undefined ? '' : ' and logrotate, which BIRDKEEPER_LOGROTATE_FILE needs'}.`;
    return [
      await programsOnPath('log rotation', programs, install, context),
      ...(await unreadable('log rotation', 'BIRDKEEPER_LOGROTATE_FILE', logrotateFile)),
    ];
  },
};

async function unreadable(what: string, setting: string, path: string | undefined): Promise<Finding[]> {
  if (path === undefined) return [];
  try {
    await access(path, constants.R_OK);
    return [];
  } catch (error) {
    return [
      fail(what, `${path} cannot be read (${messageOf(error)})`, `Correct ${setting}, or let this user read it.`),
    ];
  }
}
