/** Reads the configuration of a staged stack under the paths of the staged trees, and tells it with live ones. */
import { mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StepFailure } from '../shared/failures.js';
import { writeAtomically } from '../shared/files.js';
import type { Command } from '../shared/run-command.js';
import { mapPaths, type PathMap } from './mapped-paths.js';
import type { ReadConfiguration } from './place.js';
import { readShell, type ShellReading } from './reader/read-shell.js';
import type { Staged } from './staged-paths.js';

interface Pair {
  live: string;
  staged: string;
}

export interface MappedSource {
  staged: Staged;
  /** The staged trees by their real paths, which `readlink -f` in a file would say. */
  realTrees: readonly Pair[];
  /** Where files of ours may lie for a moment: beside the staged trees. */
  folder: string;
  locate: (livePath: string) => string;
}

/** `fromLive`: files that the shell read where the view does not have them. */
export type MappedReading = ShellReading & { fromLive: string[] };

export async function readMapped(options: ReadConfiguration, source: MappedSource): Promise<MappedReading> {
  const folder = await mkdtemp(join(source.folder, '.read-'));
  try {
    const copy = join(folder, basename(options.envFile));
    const envFile = await readableEnvFile(options.envFile, copy, source);
    const { toLive } = mapPaths(source.staged, [...source.realTrees, { live: options.envFile, staged: envFile }]);
    return await readUnder(options, envFile, toLive, source.locate);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readUnder(
  options: ReadConfiguration,
  envFile: string,
  toLive: (text: string) => string,
  locate: (livePath: string) => string,
): Promise<MappedReading> {
  const directory = locate(options.directory);
  try {
    const asIs = { wrap: (command: Command) => command, locate: (path: string) => path };
    const reading = await readShell({ ...options, ...asIs, directory, envFile });
    const others = reading.files.filter((file) => file !== envFile);
    return { ...told(reading, toLive), fromLive: (await readElsewhere(others, toLive, locate)).map(toLive) };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    throw new StepFailure(error.type, toLive(error.message), error.retryAfterMs);
  }
}

/** A copy with staged paths in the place of live ones, or the file itself for the reader to complain about. */
async function readableEnvFile(
  livePath: string,
  copy: string,
  { staged, realTrees, locate }: MappedSource,
): Promise<string> {
  const map = mapPaths(staged, realTrees);
  if (await copyMapped(locate(livePath), copy, map)) return copy;
  // A link that leads nowhere stays one, so that it is told as one.
  const named = map.toStaged(livePath);
  return named === livePath ? locate(livePath) : named;
}

/** A file that cannot be copied is left for the reader to complain about. */
async function copyMapped(from: string, to: string, { toStaged }: PathMap): Promise<boolean> {
  try {
    if (!(await stat(from)).isFile()) return false;
    const text = await readFile(from, 'latin1');
    await writeAtomically(to, Buffer.from(toStaged(text), 'latin1'));
    return true;
  } catch {
    return false;
  }
}

function told(reading: ShellReading, toLive: (text: string) => string): ShellReading {
  const values = (variables: Record<string, string>) =>
    Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, toLive(value)]));
  return {
    exported: values(reading.exported),
    all: values(reading.all),
    components: reading.components.map(toLive),
    listed: reading.listed.map((listed) => ({
      ...listed,
      spelling: toLive(listed.spelling),
      askedBy: toLive(listed.askedBy),
    })),
    files: reading.files.map(toLive),
    era: reading.era,
    trace: reading.trace,
    warnings: reading.warnings.map(toLive),
    notes: reading.notes.map(toLive),
  };
}

/** Files that the shell did not read where the view has them. */
async function readElsewhere(
  files: readonly string[],
  toLive: (text: string) => string,
  locate: (path: string) => string,
) {
  const real = (path: string) => realpath(path).catch(() => undefined);
  const judged = await Promise.all(
    [...new Set(files)].map(async (file) => ({
      file,
      same: (await real(file)) === (await real(locate(toLive(file)))),
    })),
  );
  return judged.filter(({ same }) => !same).map(({ file }) => file);
}
