/**
 * The worlds of this machine, each in a file of its own, so that the next run takes away what a run left behind that was
 * killed.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { processStart } from '../../../activities/shared/process.js';
import { unmountBelow } from '../chaos/mounts.js';
import { removeProject } from './containers.js';
import { worldEnvironment } from './programs.js';
import { waitFor } from './wait.js';

const Entry = z.object({
  project: z.string(),
  /** Absolute, made for this world alone. */
  dir: z.string(),
  ownerPid: z.number(),
  /** A number used again by another process is told apart. */
  ownerStart: z.string().optional(),
  /** What its environment has besides: an engine of its own. */
  env: z.record(z.string(), z.string()).optional(),
  /** Its owner waits to be told to end it. */
  kept: z.boolean().optional(),
});
type Entry = z.infer<typeof Entry>;

const LEDGER = join(tmpdir(), `birdkeeper-worlds-${process.getuid?.() ?? 0}`);
const fileOf = (project: string) => join(LEDGER, `${project}.json`);

export async function enter(project: string, dir: string, env: Record<string, string> = {}): Promise<void> {
  await mkdir(LEDGER, { recursive: true, mode: 0o700 });
  const ownerStart = await processStart(process.pid);
  const entry: Entry = {
    project,
    dir,
    env,
    ownerPid: process.pid,
    ...(ownerStart === undefined ? {} : { ownerStart }),
  };
  await write(entry);
}

const write = (entry: Entry): Promise<void> => writeFile(fileOf(entry.project), `${JSON.stringify(entry)}\n`);

/** Ends every process of a world and removes all that it made. Twice: nothing is left to do. */
export async function removeWorld(project: string, dir: string, env: Record<string, string> = {}): Promise<void> {
  // Twice, because what ran may have been starting something.
  await endProcessesOf(dir);
  const removed = removeProject(project, worldEnvironment(dir, env));
  // An engine of its own is removed with all that it has.
  await (env.DOCKER_HOST === undefined ? removed : removed.catch(() => undefined));
  await endProcessesOf(dir);
  await unmountBelow(dir);
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  await rm(fileOf(project), { force: true });
}

/** Removes the worlds whose owner is gone. Returns their projects. */
export async function sweep(): Promise<string[]> {
  const left = [];
  for (const entry of await entries()) {
    if (await isAlive(entry)) continue;
    await removeWorld(entry.project, entry.dir, entry.env);
    left.push(entry.project);
  }
  return left;
}

/** Removes the worlds of this process, those that are still being made included. */
export async function removeOwnWorlds(): Promise<void> {
  for (const { project, dir, env } of await ownEntries()) await removeWorld(project, dir, env);
}

/** Marks the worlds of this process: `stopKeptWorlds` ends them. */
export async function keepOwnWorlds(): Promise<void> {
  for (const entry of await ownEntries()) await write({ ...entry, kept: true });
}

/** Tells the owners of kept worlds to end them, and waits until they have. Returns the projects. */
export async function stopKeptWorlds(): Promise<string[]> {
  await sweep();
  const kept = (await entries()).filter((entry) => entry.kept);
  for (const pid of new Set(kept.map(({ ownerPid }) => ownerPid))) process.kill(pid, 'SIGTERM');
  const projects = kept.map(({ project }) => project);
  await waitFor(
    'the end of what is kept',
    async () => !(await entries()).some(({ project }) => projects.includes(project)),
    {
      within: 60_000,
    },
  );
  return projects;
}

const ownEntries = async (): Promise<Entry[]> => (await entries()).filter(({ ownerPid }) => ownerPid === process.pid);

async function entries(): Promise<Entry[]> {
  const names = await readdir(LEDGER).catch(() => []);
  const read = names.map(async (name) => {
    const parsed = Entry.safeParse(JSON.parse(await readFile(join(LEDGER, name), 'utf8').catch(() => 'null')));
    return parsed.success ? [parsed.data] : [];
  });
  return (await Promise.all(read)).flat();
}

async function isAlive({ ownerPid, ownerStart }: Entry): Promise<boolean> {
  const start = await processStart(ownerPid);
  return start !== undefined && start !== 'gone' && (ownerStart === undefined || start === ownerStart);
}

/**
 * Ends the processes whose command line names the world's directory: worker, Temporal server, sshd, registry, and
 * commands that a killed worker left behind. The directory is the world's alone, so these are its own.
 */
async function endProcessesOf(dir: string): Promise<void> {
  for (const pid of await processesNaming(dir)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

/** Processes, this one left out, of whose arguments one holds `path` or something in it. */
export async function processesNaming(path: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = pids.map(async (pid) => {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return pid !== process.pid && commandLine.includes(path) ? [pid] : [];
  });
  return (await Promise.all(found)).flat();
}
