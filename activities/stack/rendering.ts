/** From what was read to the rendered files, with the variables that only the compose script knows how to make. */
import { readdirSync, realpathSync, type Dirent } from 'node:fs';
import { resolve } from 'node:path';
import { readIfThere } from '../shared/files.js';
import { derivedVariables } from './derived.js';
import { findTemplates, isServiceConfig, render } from './render.js';
import type { ShellReading } from './reader/read-shell.js';
import { templateLists } from './templates.js';
import type { RenderedFile } from './view.js';

export interface RenderingSource {
  /** Real path of the stack directory. */
  directory: string;
  reading: ShellReading;
  /** Component directories that exist, live paths, in order. */
  components: readonly string[];
  locate: (livePath: string) => string;
  standIns: ReadonlySet<string>;
}

export interface Rendering {
  /** Exported variables. */
  variables: Record<string, string>;
  /** Exported or not. */
  all: Record<string, string>;
  rendered: RenderedFile[];
}

/**
 * The list of services is made of files that are rendered themselves. Upstream takes them as the last `up` left them, so that the
 * first one has none; here they are rendered first.
 */
export async function renderReading(source: RenderingSource): Promise<Rendering> {
  const { directory, reading, components, locate } = source;
  const { generation } = reading.era;
  const roots = generation.templateRoots.map((root) => resolve(directory, root));
  const templates = await findTemplates({ ...source, directories: [...roots, ...components] });
  const lists = templateLists(reading.all);
  const configs = render(templates.filter(isServiceConfig), lists, reading.exported);
  const derived = await derivedVariables({
    generation,
    directory,
    variables: reading.all,
    spellings: reading.listed.filter(({ exists }) => exists).map(({ spelling }) => spelling),
    components,
    directories: (path) =>
      entriesOf(locate(path))
        .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
        .map(({ name }) => name),
    real: realPathOr,
    read: async (path) =>
      configs.find((config) => config.path === path)?.text.toString('utf8') ?? (await readIfThere(locate(path))),
  });
  const variables = { ...reading.exported, ...derived };
  return { variables, all: { ...reading.all, ...derived }, rendered: render(templates, lists, variables) };
}

/** A component that only the new commits have is not on the live side yet. */
function realPathOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What a directory holds; nothing where there is none. */
export function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
