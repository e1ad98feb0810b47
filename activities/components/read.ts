/** Reads the `component.yml` of every component of a view. */
import { join } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { isMissing } from '../shared/files.js';
import { beginningOf } from '../shared/yaml-file.js';
import { EMPTY_MANIFEST, parseManifest, type Manifest, type ParsedManifest } from './manifest.js';
import { nameComponents } from './names.js';
import { MANIFEST_FILE } from './schema.js';

export interface Component {
  /** Live path. */
  dir: string;
  /** Unique in the stack. */
  name: string;
  manifest: Manifest;
}

/**
 * One entry per component, in their order; a component without the file has an empty manifest. `locate` is that of the view.
 * Throws `Configuration` with every mistake of every file, a line each. A `component.yml.template` needs nothing of its own:
 * it is rendered to `component.yml` like any other.
 */
export async function readManifests(
  componentDirs: readonly string[],
  locate: (livePath: string) => string,
): Promise<Component[]> {
  const read = await Promise.all(
    nameComponents(componentDirs).map(async ({ dir, name }) => {
      const file = join(dir, MANIFEST_FILE);
      return { dir, name, ...(await readOne(file, locate)) };
    }),
  );
  const problems = read.flatMap((entry) => entry.problems ?? []);
  if (problems.length > 0) throw new StepFailure(FAILURES.configuration, problems.join('\n'));
  return read.map(({ dir, name, manifest }) => ({ dir, name, manifest: manifest ?? EMPTY_MANIFEST }));
}

async function readOne(file: string, locate: (livePath: string) => string): Promise<ParsedManifest> {
  try {
    return parseManifest(await beginningOf(locate(file)), file);
  } catch (error) {
    if (isMissing(error)) return { manifest: EMPTY_MANIFEST };
    return { problems: [`${file} line 1: the file cannot be read (${codeOf(error)}).`] };
  }
}

/** Node's message holds the staged path, which means nothing to the reader. */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
