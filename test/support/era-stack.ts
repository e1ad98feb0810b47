/**
 * A stack directory in the shape of an era of birdhouse-deploy, with scripts of our own: they hold only what the era is known by,
 * taken from the data of the generations, and are never run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eraNamed, type Era, type Scripts } from '../../activities/stack/reader/eras.js';
import { CHANGES, type Mark } from '../../activities/stack/reader/generations.js';

export interface EraLists {
  /** Text of VARS and OPTIONAL_VARS: in the compose script or in `default.env`, by the era. */
  required?: string;
  optional?: string;
}

type Files = Readonly<Record<string, string | Buffer>>;

export function eraCalled(name: string): Era {
  const era = eraNamed(name);
  if (era === undefined) throw new Error(`no such era: ${name}`);
  return era;
}

/** Texts of the scripts of a tag. */
export function scriptsOf(name: string, lists: EraLists = {}): Scripts {
  const { generation } = eraCalled(name);
  if (generation.composeScript === undefined) return { composeScript: '', reader: '', components: '', services: '' };
  const own = isSince(name, '1.23.1');
  const base = generation.baseLists === 'compose script' ? assignments({ required: '', optional: '', ...lists }) : '';
  const text = (...places: Mark['in'][]) =>
    CHANGES.filter(({ mark, since }) => places.includes(mark.in) && isSince(name, since) !== (mark.absent ?? false))
      // The lists are a mark themselves.
      .filter(({ mark }) => !base.includes(mark.text))
      .map(({ mark }) => `# ${mark.text}\n`)
      .join('');
  const compose = `#!/bin/sh\n${text('compose script', ...(own ? [] : ['reader' as const]))}${base}`;
  const reader = own ? `#!/bin/sh\n${text('reader')}` : compose;
  return { composeScript: compose, reader, components: text('components'), services: text('services') };
}

/** Writes the scripts of an era and the files, whose paths begin at the stack directory. */
export function writeEraStack(directory: string, name: string, files: Files, lists: EraLists = {}): void {
  const { generation } = eraCalled(name);
  const scripts = scriptsOf(name, lists);
  const { composeScript } = generation;
  const all: Record<string, string | Buffer> = {
    'docker-compose.yml': 'services: {}\n',
    ...(composeScript === undefined ? {} : { [composeScript]: scripts.composeScript }),
    ...(scripts.reader === scripts.composeScript ? {} : { 'read-configs.include.sh': scripts.reader }),
    ...(scripts.components === '' ? {} : { 'scripts/get-components-json.include.sh': scripts.components }),
    ...(scripts.services === '' ? {} : { 'scripts/get-services-json.include.sh': scripts.services }),
    ...files,
  };
  const base = generation.baseLists === 'default.env' ? assignments(lists) : '';
  if (base !== '') all['default.env'] = Buffer.concat([Buffer.from(base), Buffer.from(all['default.env'] ?? '')]);
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

const assignments = ({ required, optional }: EraLists): string =>
  [
    ...(required === undefined ? [] : [`\nVARS='${required}'\n`]),
    ...(optional === undefined ? [] : [`\nOPTIONAL_VARS='${optional}'\n`]),
  ].join('');

function isSince(name: string, since: string): boolean {
  const [left = [], right = []] = [name, since].map((tag) => tag.split('.').map(Number));
  const at = [0, 1, 2].find((part) => (left[part] ?? 0) !== (right[part] ?? 0)) ?? 0;
  return (left[at] ?? 0) >= (right[at] ?? 0);
}
