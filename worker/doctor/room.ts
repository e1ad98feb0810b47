/** Room on the disks, and a place for the logs. */
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { freeBytes } from '../../activities/docker/host.js';
import { isMissing } from '../../activities/shared/files.js';
import { fail, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import { SYSTEM_LOG_DIRECTORY } from '../../client/places.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext } from './context.js';

const MEGABYTE = 1024 * 1024;
const DEFAULT_LEAST_MB = 1024;

export const disk: Check<DoctorContext> = {
  name: 'disk',
  limitMs: 25_000,
  async run(context, signal) {
    const watched = await context.watched().catch(() => undefined);
    const engine = await context.engine.ping({ signal }).catch(() => undefined);
    const least = watched?.settings?.minFreeDiskMb ?? DEFAULT_LEAST_MB;
    const places: [string, string][] = [
      ['state directory', context.options.stateDirectory],
      ...(engine === undefined ? [] : [['docker root', engine.dataRoot] as [string, string]]),
      ...(watched?.checkouts ?? []).map(({ name, dir }): [string, string] => [`checkout ${name}`, dir]),
    ];
    const free = await Promise.all(places.map(([, directory]) => freeBytes(directory)));
    return judgeRoom(
      places.map(([what, directory], i) => ({ what, directory, freeBytes: free[i] })),
      least,
    );
  },
};

export interface Place {
  what: string;
  directory: string;
  /** Undefined: it cannot be seen from here. */
  freeBytes: number | undefined;
}

/** One line when there is room everywhere, else one per place that lacks it. Pure. */
export function judgeRoom(places: readonly Place[], leastMb: number): Finding[] {
  const known = places.filter((place): place is Place & { freeBytes: number } => place.freeBytes !== undefined);
  const lines = known.flatMap(({ what, directory, freeBytes: bytes }) => {
    const mb = Math.floor(bytes / MEGABYTE);
    const text = `${what} ${directory} has ${mb} MB left`;
    if (mb < leastMb)
      return [fail('disk', `${text}, less than the ${leastMb} MB of BIRDKEEPER_MIN_FREE_DISK_MB`, FREE)];
    return mb < 2 * leastMb ? [warn('disk', `${text}; below ${leastMb} MB nothing is deployed`, FREE)] : [];
  });
  if (lines.length > 0) return lines;
  const least = Math.min(...known.map(({ freeBytes: bytes }) => Math.floor(bytes / MEGABYTE)));
  return [known.length === 0 ? warn('disk', 'no place could be looked at') : ok('disk', `${least} MB left at least`)];
}

const FREE = 'Free space; docker system df shows what images take.';

export const logDirectory: Check<DoctorContext> = {
  name: 'log directory',
  limitMs: 25_000,
  async run(context) {
    const watched = await context.watched().catch(() => undefined);
    const wanted = watched?.logDir ?? SYSTEM_LOG_DIRECTORY;
    const own = context.host.personalLogDirectory;
    if (await canWrite(wanted)) return [ok('log directory', wanted)];
    return [
      (await canWrite(own))
        ? warn(
            'log directory',
            `${wanted} cannot be written by this user, who would log to ${own}`,
            `Let the worker's user write ${wanted}.`,
          )
        : fail(
            'log directory',
            `neither ${wanted} nor ${own} can be written`,
            `Let the worker's user write ${wanted}.`,
          ),
    ];
  },
};

/** One that does not exist is made, where its nearest parent allows it. */
async function canWrite(directory: string): Promise<boolean> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
    return (await stat(directory)).isDirectory();
  } catch (error) {
    return isMissing(error) && dirname(directory) !== directory && canWrite(dirname(directory));
  }
}
