/** Which files make the compose project, and its name. Pure; what is on disk is handed in. */
import { basename, join, resolve } from 'node:path';
import type { Generation } from './reader/generations.js';

export const BASE_FILES = ['docker-compose.yml', 'compose.yaml', 'compose.yml', 'docker-compose.yaml'] as const;
/** Compose's own order, for a directory that is not of upstream's form. */
const COMPOSE_ORDER = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const;
const OVERRIDE_FILES = [
  'compose.override.yaml',
  'compose.override.yml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
] as const;

export interface ComposeFileInput {
  directory: string;
  generation: Generation;
  /** Component directories in order, also those that do not exist where the generation lists them. */
  components: readonly string[];
  /** Names of what a directory holds. */
  entries: (livePath: string) => readonly string[];
  /** `COMPOSE_FILE` and `COMPOSE_PATH_SEPARATOR`, from the environment or `.env`; blank: unset. */
  composeFile: string;
  separator: string;
  exists: (livePath: string) => boolean;
}

/**
 * The `-f` list. A directory with `default.env` or the scripts of birdhouse-deploy is of upstream's form: `docker-compose.yml` and
 * no override file, as its script calls Compose. Any other is read as `docker compose` alone would, override file included.
 */
export function composeFiles(input: ComposeFileInput): string[] {
  return [...baseFiles(input), ...componentFiles(input).filter(input.exists)];
}

function baseFiles({ directory, generation, composeFile, separator, exists }: ComposeFileInput): string[] {
  const first = (names: readonly string[]) => names.map((name) => join(directory, name)).find(exists);
  if (generation.composeScript !== undefined) return [join(directory, 'docker-compose.yml')].filter(exists);
  if (composeFile.trim() !== '') {
    return composeFile
      .split(separator || ':')
      .filter((file) => file.trim() !== '')
      .map((file) => resolve(directory, file));
  }
  if (exists(join(directory, 'default.env'))) return [first(BASE_FILES)].filter((file) => file !== undefined);
  return [first(COMPOSE_ORDER), first(OVERRIDE_FILES)].filter((file) => file !== undefined);
}

const EXTRA = 'docker-compose-extra.yml';

function componentFiles(input: ComposeFileInput): string[] {
  const own = input.components.map((dir) => join(dir, EXTRA));
  switch (input.generation.composeList) {
    case 'components':
      return own;
    case 'overrides last':
      return [...own, ...overridesLast(input)];
    case 'pending overrides':
      return withPendingOverrides(input);
  }
}

interface Override {
  /** Basename of the component that is overridden. */
  of: string;
  file: string;
}

function overridesIn(dir: string, { entries, exists }: ComposeFileInput): Override[] {
  const names = entries(join(dir, 'config')).filter((name) => !name.startsWith('.'));
  return [...names]
    .sort()
    .map((of) => ({ of, file: join(dir, 'config', of, EXTRA) }))
    .filter(({ file }) => exists(file));
}

/** 1.24.0 to 1.25.3: of whatever has a name within the name of a component. */
function overridesLast(input: ComposeFileInput): string[] {
  const names = input.components.map((dir) => basename(dir));
  return input.components
    .flatMap((dir) => overridesIn(dir, input))
    .filter(({ of }) => names.some((name) => name.includes(of)))
    .map(({ file }) => file);
}

/**
 * An override follows the component of that name, or comes at once when that one is there already. Two components of one name
 * are both followed by what waits for it; what nobody comes for is left out.
 */
function withPendingOverrides(input: ComposeFileInput): string[] {
  const loaded = new Set<string>();
  const pending: Override[] = [];
  return input.components.flatMap((dir) => {
    const name = basename(dir);
    loaded.add(name);
    const former = pending.filter(({ of }) => of === name);
    const overrides = overridesIn(dir, input);
    pending.push(...overrides.filter(({ of }) => !loaded.has(of)));
    return [join(dir, EXTRA), ...[...former, ...overrides.filter(({ of }) => loaded.has(of))].map(({ file }) => file)];
  });
}

/** Compose's rule for a name made out of a directory's. Empty when nothing is left of it. */
export const normaliseName = (directoryName: string): string =>
  directoryName
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');

/** A name that the text decides, none of its business, or a form that only Compose can read. */
export type Told = { is: 'value'; value: string } | { is: 'absent' } | { is: 'unclear' };

const LITERAL = /^(?:"([^"$\\#]*)"|'([^'$\\#]*)'|([^\s"'$\\#{}[\]&*!|>%@`]+))\s*(?:#.*)?$/;

/** Value of a variable in the text of a `.env` file. */
export function dotEnvValue(text: string, name: string): Told {
  const mentioned = new RegExp(`\\b${name}\\b`);
  if (!mentioned.test(text)) return { is: 'absent' };
  const line = text
    .split(/\r?\n/)
    .findLast((candidate) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*[=:]`).test(candidate));
  if (line === undefined) return mentioned.test(text.replace(/^\s*#.*$/gm, '')) ? { is: 'unclear' } : { is: 'absent' };
  return literal(line.replace(/^[^=:]*[=:]\s*/, ''));
}

/** Top-level `name:` in the text of a compose file. */
export function topLevelName(text: string): Told {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(#.*|---.*)?$/.test(line));
  // Flow style, explicit keys, or a document that is indented as a whole: Compose can tell.
  if (/^[\s{?]/.test(lines[0] ?? '')) return { is: 'unclear' };
  const [name, ...others] = lines.filter((line) => /^(["']?)name\1\s*:/.test(line));
  if (name === undefined) return { is: 'absent' };
  return others.length === 0 ? literal(name.replace(/^[^:]*:\s*/, '')) : { is: 'unclear' };
}

function literal(written: string): Told {
  const match = LITERAL.exec(written.trim());
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value === undefined ? { is: 'unclear' } : { is: 'value', value };
}
