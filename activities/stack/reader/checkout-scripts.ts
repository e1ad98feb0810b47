/** The scripts of birdhouse-deploy in a stack directory, as texts: what era it is of, and the lists that they begin with. */
import { join } from 'node:path';
import { eraOf, PLAIN_ERA, type Era, type Scripts } from './eras.js';

/** Newest name first: since 2.4.0 the old one only calls the new one. */
const COMPOSE_SCRIPTS = ['birdhouse-compose.sh', 'pavics-compose.sh'] as const;

export interface CheckoutScripts {
  readonly era: Era;
  /** Text of VARS and OPTIONAL_VARS as the compose script assigns them; undefined where default.env does. */
  readonly lists: { readonly required?: string; readonly optional?: string };
}

/** `read`: text of a file by its path, empty when there is none. */
export async function readCheckoutScripts(
  directory: string,
  read: (path: string) => Promise<string>,
  era?: Era,
): Promise<CheckoutScripts> {
  const names = [
    ...COMPOSE_SCRIPTS,
    'read-configs.include.sh',
    'scripts/get-components-json.include.sh',
    'scripts/get-services-json.include.sh',
  ];
  const [birdhouse = '', pavics = '', reader = '', components = '', services = ''] = await Promise.all(
    names.map((name) => read(join(directory, name))),
  );
  const composeScript = birdhouse === '' ? pavics : birdhouse;
  const scripts: Scripts = { composeScript, reader: reader === '' ? composeScript : reader, components, services };
  const found = era ?? (composeScript === '' ? PLAIN_ERA : eraOf(scripts));
  if (found.generation.baseLists === 'default.env') return { era: found, lists: {} };
  const [required, optional] = ['VARS', 'OPTIONAL_VARS'].map((name) => singleQuoted(composeScript, name));
  return {
    era: found,
    lists: { ...(required === undefined ? {} : { required }), ...(optional === undefined ? {} : { optional }) },
  };
}

/** Value of `NAME='…'` at the beginning of a line. */
function singleQuoted(text: string, name: string): string | undefined {
  return new RegExp(`^${name}='([^']*)'`, 'm').exec(text)?.[1];
}
