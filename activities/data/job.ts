/** The YAML file of a data job and its environment as data, or every mistake in them. Pure. */
import { join } from 'node:path';
import type { z } from 'zod';
import { splitWords } from '../shared/shell-words.js';
import { located, mistakesIn, sentences, type Mistake } from '../shared/yaml-mistakes.js';
import { readYaml, type Path } from '../shared/yaml-text.js';
import { destinationProblem, type Surroundings } from './places.js';
import { DataFileSchema } from './schema.js';
import { readDataSettings, type DataSettings } from './settings.js';

export interface DataJob extends DataSettings {
  readonly entries: readonly DataEntry[];
  /** What is accepted and most likely not meant; sentences as those of problems. */
  readonly warnings: readonly string[];
}

export interface DataEntry {
  /** Position in the file, from 1. */
  readonly number: number;
  readonly url: string;
  readonly checkout: string;
  readonly branch: string;
  /** Directory of the clone. */
  readonly clone: string;
  /** How many entries before this one have the same clone. */
  readonly turn: number;
  readonly maps: readonly DirMap[];
  /** Text for the shell, each. */
  readonly actions: readonly string[];
}

export interface DirMap {
  /** Relative to the clone, or absolute. */
  readonly source: string;
  readonly destination: string;
  readonly options: readonly string[];
}

/** Problems are sentences, `FILE line N: deploy[0].repo_url: should be …`, in the order of the text. */
export type ParsedJob = { job: DataJob; problems?: never } | { problems: string[]; job?: never };

type File = z.output<typeof DataFileSchema>;

/** `file`: what messages call it. `stateDir`: of the worker, where nothing may be copied. Never throws. */
export function parseDataJob(request: {
  bytes: Buffer;
  file: string;
  environment: Readonly<Record<string, string>>;
  stateDir: string;
}): ParsedJob {
  const { file, stateDir } = request;
  const yaml = readYaml(request.bytes);
  if (yaml.problems.length > 0) return { problems: sentences(yaml.problems, file) };
  const value = yaml.value ?? {};
  const { settings, problems = [] } = readDataSettings(request.environment, asMap(asMap(value)['config']));
  const result = DataFileSchema.safeParse(value);
  const mistakes = [...mistakesIn(result.error, DataFileSchema), ...togetherWrong(value, { settings, stateDir })];
  if (mistakes.length > 0 || !result.success || settings === undefined) {
    return { problems: [...problems, ...sentences(located(mistakes, yaml), file)] };
  }
  const entries = entriesOf(result.data, settings);
  return { job: { ...settings, entries, warnings: sentences(located(doubtsOf(entries), yaml), file) } };
}

function entriesOf({ deploy }: File, { checkoutCache }: DataSettings): DataEntry[] {
  return deploy.map((entry, at) => ({
    number: at + 1,
    url: entry.repo_url,
    checkout: entry.checkout_name,
    branch: entry.branch,
    clone: join(checkoutCache, entry.checkout_name),
    turn: deploy.slice(0, at).filter(({ checkout_name: name }) => name === entry.checkout_name).length,
    maps: (entry.dir_maps ?? []).map((map) => ({
      source: map.source_dir,
      destination: map.dest_dir,
      options: splitWords(map.rsync_extra_opts ?? ''),
    })),
    actions: (entry.post_actions ?? []).map(({ action }) => action),
  }));
}

/** What single values do not show. The values may be anything: the schema complains of those of another form. */
function togetherWrong(
  value: unknown,
  { settings, stateDir }: { settings: DataSettings | undefined; stateDir: string },
): Mistake[] {
  const deploy = asList(asMap(value)['deploy']).map(asMap);
  return deploy.flatMap((entry, at) => {
    const { checkout_name: name, repo_url: url } = entry;
    const other = deploy.slice(0, at).find((former) => former['checkout_name'] === name);
    const clashes = typeof name === 'string' && other !== undefined && other['repo_url'] !== url;
    const message = 'is the name of the clone of another repository above; give each its own';
    const clone = typeof name === 'string' && settings ? join(settings.checkoutCache, name) : undefined;
    return [
      ...(clashes ? [{ path: ['deploy', at, 'checkout_name'], message }] : []),
      ...asList(entry['dir_maps']).flatMap((map, index) =>
        destinationWrong(asMap(map)['dest_dir'], ['deploy', at, 'dir_maps', index, 'dest_dir'], { clone, stateDir }),
      ),
    ];
  });
}

function destinationWrong(destination: unknown, path: Path, surroundings: Surroundings): Mistake[] {
  if (typeof destination !== 'string' || !destination.startsWith('/')) return [];
  const message = destinationProblem(destination, surroundings);
  return message === undefined ? [] : [{ path, message }];
}

const doubtsOf = (entries: readonly DataEntry[]): Mistake[] =>
  entries.flatMap(({ maps }, entry) =>
    maps.flatMap(({ options }, at) =>
      options.some((word) => /['"]/.test(word))
        ? [{ path: ['deploy', entry, 'dir_maps', at, 'rsync_extra_opts'], message: QUOTED }]
        : [],
    ),
  );

const QUOTED = 'the quotes are part of the words: no shell takes them away';

const asMap = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
