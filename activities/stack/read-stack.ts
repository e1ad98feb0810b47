/**
 * What the files of a stack say, as upstream's compose script would know it: variables, components, compose files. Asks neither git
 * nor the engine; everything that needs a stack's configuration begins here.
 */
import { existsSync, readdirSync, realpathSync, type Dirent } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { decode } from '../shared/bytes.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { readIfThere, unlessMissing } from '../shared/files.js';
import { composeGuard, derivedVariables } from './derived.js';
import type { Place } from './place.js';
import type { Era } from './reader/eras.js';
import type { ShellReading } from './reader/read-shell.js';
import { renderTemplate, TEMPLATE_SUFFIX, templateLists, type TemplateLists } from './templates.js';

export interface ReadStackOptions {
  /** Real path of the stack directory. */
  directory: string;
  /** `env.local` in the directory unless given; one that is given must exist. */
  envFile?: string | undefined;
  /** The whole environment of the configuration files. */
  env: Record<string, string>;
  signal: AbortSignal;
  shell?: string | undefined;
  era?: Era | undefined;
  basic?: boolean;
  /** Name of a variable whose origin is asked. */
  watch?: string | undefined;
}

export interface StackReading {
  readonly directory: string;
  readonly reading: ShellReading;
  /** Component directories that exist, live paths, in order. */
  readonly components: readonly string[];
  /** Every exported variable. Holds secrets. */
  readonly variables: Readonly<Record<string, string>>;
  /** Exported or not. Holds secrets. */
  readonly all: Readonly<Record<string, string>>;
  /** The environment of compose. */
  readonly composeVariables: Readonly<Record<string, string>>;
  readonly lists: TemplateLists;
}

/** Throws `Configuration` when the configuration does not read; looks only. */
export async function readStack(
  options: ReadStackOptions,
  place: Pick<Place, 'read' | 'locate'>,
): Promise<StackReading> {
  const { directory, env, signal, shell, era, basic, watch } = options;
  const reading = await place.read({
    directory,
    envFile: envFileOf(options, place),
    env,
    signal,
    ...(shell === undefined ? {} : { shell }),
    ...(era === undefined ? {} : { era }),
    ...(basic === undefined ? {} : { basic }),
    ...(watch === undefined ? {} : { watch }),
  });
  const components = reading.components.map((path) => resolve(path));
  const lists = templateLists(reading.all);
  const derived = await derive({ directory, reading, components, lists, locate: place.locate });
  const variables = { ...reading.exported, ...derived };
  const all = { ...reading.all, ...derived };
  const composeVariables = { ...variables, ...composeGuard(reading.era.generation, all) };
  return { directory, reading, components, variables, all, composeVariables, lists };
}

/** Before 1.24 also those of components that are not listed. */
export const templateDirectories = ({ directory, reading, components }: StackReading): string[] => [
  ...reading.era.generation.templateRoots.map((root) => resolve(directory, root)),
  ...components,
];

function envFileOf({ directory, envFile }: ReadStackOptions, { locate }: Pick<Place, 'locate'>): string {
  if (envFile === undefined) return join(directory, 'env.local');
  const path = resolve(envFile);
  if (existsSync(locate(path))) return path;
  throw new StepFailure(FAILURES.configuration, `${path}, the environment file of this stack, does not exist.`);
}

interface DeriveSource {
  directory: string;
  reading: ShellReading;
  components: readonly string[];
  lists: TemplateLists;
  locate: (livePath: string) => string;
}

/**
 * The list of services is made of files that are rendered themselves. Upstream takes them as the last `up` left them, so that the
 * first one has none; here they are rendered first.
 */
async function derive({
  directory,
  reading,
  components,
  lists,
  locate,
}: DeriveSource): Promise<Record<string, string>> {
  const read = async (path: string) => {
    const template = await unlessMissing(readFile(locate(`${path}${TEMPLATE_SUFFIX}`)));
    if (template !== undefined) return decode(renderTemplate(template, lists, reading.exported));
    return readIfThere(locate(path));
  };
  return derivedVariables({
    generation: reading.era.generation,
    directory,
    variables: reading.all,
    spellings: spellingsOf(reading),
    components,
    directories: (path) =>
      entriesOf(locate(path))
        .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
        .map(({ name }) => name),
    real: realPathOr,
    read,
  });
}

/** As the list itself has them before 1.24, when what was read of it had no list of its own: twice, or not there. */
function spellingsOf({ era: { generation }, listed, all }: ShellReading): string[] {
  if (generation.components !== 'listed') return listed.map(({ spelling }) => spelling);
  return (all[generation.lists.extra] ?? '').split(/[ \t\n]+/).filter((word) => word !== '');
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
