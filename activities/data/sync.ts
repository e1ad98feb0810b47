/** One directory of a clone, or one made out of it, onto its place. */
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { messageOf } from '../shared/failures.js';
import { unlessMissing } from '../shared/files.js';
import { isWithin, realPlace } from '../shared/within.js';
import type { DirMap } from './job.js';
import { destinationProblem } from './places.js';
import { rsyncCommand } from './rsync.js';
import { run, type Run, type Surrounding } from './run.js';
import type { Owner } from './settings.js';

export interface SyncPlace {
  readonly clone: string;
  readonly stateDir: string;
  readonly owner: Owner | undefined;
  /** For PATH. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limitSeconds: number;
}

/** Twice: copies what differs. A source that is not there is a problem, and never an empty one: that would empty the place. */
export async function sync(map: DirMap, place: SyncPlace, surrounding: Surrounding): Promise<Run> {
  try {
    const source = await sourceOf(map.source, place.clone);
    await refuseDestination(map.destination, source, place);
    await makeDestination(map.destination, place.owner);
    return await copy(map, source, place, surrounding);
  } catch (error) {
    surrounding.step.signal.throwIfAborted();
    return { output: '', problem: messageOf(error) };
  }
}

async function copy(map: DirMap, source: string, place: SyncPlace, surrounding: Surrounding): Promise<Run> {
  const command = rsyncCommand({ ...map, source }, place.owner);
  const env = { PATH: place.environment['PATH'] ?? DEFAULT_PATH, LC_ALL: 'C.UTF-8' };
  const { output, problem } = await run(command, { cwd: '/', env, limitSeconds: place.limitSeconds }, surrounding);
  return { output, problem: problem === undefined ? undefined : `rsync ${problem}` };
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Real path. Absolute ones lie outside of the clone: layouts that actions made, other clones. */
async function sourceOf(source: string, clone: string): Promise<string> {
  const [inside, root] = [join(clone, source), await realpath(clone)];
  const found = await unlessMissing(realpath(inside));
  if (found !== undefined) {
    // What leads out by its name was written by whoever wrote the job; a link was put there by the repository.
    if (isWithin(inside, resolve(clone)) && !isWithin(found, root)) {
      throw new Error('the source is a link that leads out of the repository');
    }
    return directory(found, source);
  }
  const elsewhere = isAbsolute(source) ? await unlessMissing(realpath(source)) : undefined;
  if (elsewhere === undefined) throw new Error(`the repository has no directory ${source}, so nothing was copied`);
  return directory(elsewhere, source);
}

async function directory(path: string, source: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) throw new Error(`${source} is no directory`);
  return path;
}

/**
 * The directories above belong to the worker, the place itself to the owner, who may not be able to make it. Renamed into
 * place, so that a run that is cut short leaves none that he cannot write.
 */
async function makeDestination(destination: string, owner: Owner | undefined): Promise<void> {
  const place = resolve(destination);
  if ((await unlessMissing(stat(place))) !== undefined) return;
  const made = await mkdir(dirname(place), { recursive: true });
  if (made !== undefined) await openAll(made, dirname(place));
  const scratch = join(dirname(place), `.${basename(place)}.${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(scratch);
    await chmod(scratch, 0o755);
    if (owner !== undefined) await chown(scratch, owner.uid, owner.gid);
    await rename(scratch, place);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

/** Every new directory from the first to the last: the umask of the worker may have hidden them. */
async function openAll(first: string, last: string): Promise<void> {
  for (let path = last; isWithin(path, first); path = dirname(path)) await chmod(path, 0o755);
}

/** By real paths: a link may lead where the text does not show it. */
async function refuseDestination(destination: string, source: string, { clone, stateDir }: SyncPlace): Promise<void> {
  const place = await realPlace(resolve(destination));
  const problem = destinationProblem(place, { clone: await realpath(clone), stateDir: await realpath(stateDir) });
  if (problem !== undefined) throw new Error(`${destination} ${problem}`);
  if (isWithin(source, place)) throw new Error(`${destination} holds the source, which would be deleted`);
}
