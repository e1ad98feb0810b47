/** What backups and the rotation of logs start. */
import { access, constants, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../activities/shared/failures.js';
import type { StackSettings } from '../../activities/stack/settings.js';
import { fail, ok, warn } from '../../client/doctor/findings.js';
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
    const large = await largeLogs(settings);
    if (logrotateFrequency === '')
      return [ok('log rotation', 'never (BIRDKEEPER_LOGROTATE_FREQUENCY is empty)'), ...large];
    const programs = ['fallocate', 'flock', ...(logrotateFile === undefined ? [] : ['logrotate'])];
    const install = `Install util-linux${logrotateFile === undefined ? '' : ' and logrotate, which BIRDKEEPER_LOGROTATE_FILE needs'}.`;
    return [
      await programsOnPath('log rotation', programs, install, context),
      ...(await unreadable('log rotation', 'BIRDKEEPER_LOGROTATE_FILE', logrotateFile)),
      ...large,
    ];
  },
};

/** No rule of ours lets a log grow so far: nobody rotates it, as happened to nginx's when a component no longer did. */
const LARGE_BYTES = 1024 ** 3;

async function largeLogs({ logDir, nginxLogs }: Pick<StackSettings, 'logDir' | 'nginxLogs'>): Promise<Finding[]> {
  const directories = [logDir, ...(nginxLogs?.startsWith('/') ? [nginxLogs] : [])];
  const paths = await Promise.all(directories.map(logsIn));
  const sizes = await Promise.all(paths.flat().map(async (path) => ({ path, size: await sizeOf(path) })));
  return sizes
    .filter(({ size }) => size >= LARGE_BYTES)
    .map(({ path, size }) =>
      warn(
        'log rotation',
        `${path} has ${(size / LARGE_BYTES).toFixed(1)} GB: nobody rotates it`,
        'Look at birdkeeper jobs logs logrotate.',
      ),
    );
}

const logsIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory).catch(() => []))
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(directory, name));

/** 0 for what is no file. */
const sizeOf = async (path: string): Promise<number> =>
  lstat(path).then(
    (stat) => (stat.isFile() ? stat.size : 0),
    () => 0,
  );

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
