/**
 * Variables that upstream's compose script adds to what was read, because its templates need them: by generation, with the text
 * that it makes. Pure; what is on disk is handed in.
 */
import { join } from 'node:path';
import type { Generation } from './reader/generations.js';

export interface DerivedSource {
  generation: Generation;
  /** Real path of the stack directory. */
  directory: string;
  /** Exported or not. */
  variables: Readonly<Record<string, string>>;
  /** As the lists of components spell them, in order. */
  spellings: readonly string[];
  /** Component directories that exist, absolute, in order. */
  components: readonly string[];
  /** Names of the directories in a directory. */
  directories: (path: string) => readonly string[];
  /** With every link followed. */
  real: (path: string) => string;
  /** Text of a file; undefined when there is none. */
  read: (path: string) => Promise<string | undefined>;
}

/** All of them are exported. */
export async function derivedVariables(source: DerivedSource): Promise<Record<string, string>> {
  return {
    ...publicHost(source),
    ...port80(source),
    ...extraRepoVolumes(source),
    ...componentsJson(source),
    ...(await servicesJson(source)),
    ...(await versionJson(source)),
  };
}

function publicHost({ generation, variables }: DerivedSource): Record<string, string> {
  if (!generation.derived.publicHost || (variables['PAVICS_FQDN_PUBLIC'] ?? '') !== '') return {};
  return { PAVICS_FQDN_PUBLIC: variables['PAVICS_FQDN'] ?? '' };
}

function port80({ generation, variables }: DerivedSource): Record<string, string> {
  if (!generation.derived.port80) return {};
  const file = variables['ALLOW_UNSECURE_HTTP'] === 'True' ? 'all-services' : 'redirect-to-https';
  return { INCLUDE_FOR_PORT_80: `include /etc/nginx/conf.d/${file}.include;` };
}

function extraRepoVolumes({ generation, variables }: DerivedSource): Record<string, string> {
  const prefix = generation.derived.extraRepoVolumes;
  if (prefix === undefined) return {};
  const repos = wordsOf(variables[`${prefix}_EXTRA_REPOS`] ?? '');
  // The blanks go on with a folded text of YAML.
  const volumes = repos.map((dir) => `\n    --volume ${dir}:${dir}:rw`).join('');
  return { [`${prefix}_EXTRA_REPOS_AS_DOCKER_VOLUMES`]: volumes };
}

/** Components of other repositories stay private where upstream keeps them so. */
function componentsJson(source: DerivedSource): Record<string, string> {
  const kind = source.generation.derived.components;
  if (kind === 'none') return {};
  const [names, separator] = kind === 'listed' ? [listedNames(source), ',\n'] : [realNames(source), ','];
  const list = names.map((name) => JSON.stringify(name)).join(separator);
  return { BIRDHOUSE_DEPLOY_COMPONENTS_JSON: `{"components": [${list}]}` };
}

const PREFIX = 'bird-house/birdhouse-deploy:';

/** Up to 2.20.2 whatever holds the name of a component of the checkout counts. */
function listedNames({ generation, directory, spellings, directories }: DerivedSource): string[] {
  const places = directories(directory).filter(
    (name) => name.endsWith('components') || (name === 'config' && generation.lists.default === 'DEFAULT_CONF_DIRS'),
  );
  const known = places.flatMap((place) => directories(join(directory, place)).map((name) => `${place}/${name}`));
  return spellings
    .filter((spelling) => known.some((name) => spelling.includes(name)))
    .map((spelling) => spelling.replace(/^\.\//, PREFIX));
}

function realNames({ directory, components, real }: DerivedSource): string[] {
  const inside = `${directory}/`;
  return components
    .map(real)
    .filter((path) => path.startsWith(inside) && path.slice(inside.length).includes('components/'))
    .map((path) => `${PREFIX}${path.slice(inside.length)}`);
}

async function servicesJson({ generation, components, read }: DerivedSource): Promise<Record<string, string>> {
  const how = generation.derived.services;
  if (how === 'none') return {};
  const texts = await Promise.all(components.map((dir) => read(join(dir, 'service-config.json'))));
  const services = texts.filter((text) => text !== undefined).map((text) => ` ${CONFIGURATIONS[how](text)}`);
  return { BIRDHOUSE_DEPLOY_SERVICES_JSON: `{"services": [${services.join(',')}]}` };
}

/** How the text of a service-config.json becomes part of the list. */
const CONFIGURATIONS: Readonly<Record<'text' | 'trimmed' | 'one line', (text: string) => string>> = {
  text: (text) => text.replace(/\n+$/, ''),
  trimmed: (text) =>
    text
      .trim()
      .replace(/^\s*\[\s*/, '')
      .replace(/\s*\]\s*$/, ''),
  'one line': (text) =>
    text
      .replaceAll('\n', ' ')
      .replace(/^\s*\[\s*/, '')
      .replace(/\s*\]\s*$/, ''),
};

async function versionJson({ generation, directory, read }: DerivedSource): Promise<Record<string, string>> {
  const text = generation.derived.version ? await read(join(directory, '..', 'RELEASE.txt')) : undefined;
  if (text === undefined) return {};
  const [line = ''] = text.split('\n');
  const [version = '', released = line.includes(' ') ? '' : version] = line.split(' ');
  return { BIRDHOUSE_VERSION_JSON: `{"version": "${version}", "release_time": "${released}"}` };
}

/**
 * What keeps Compose from being used without the script: of the environment of Compose only, never of templates or hooks. `given`:
 * the variables as they were read.
 */
export function composeGuard(
  { composeScript, guard }: Generation,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return composeScript === undefined ? {} : { [guard.port]: guard.value, HOSTNAME: given[guard.host] ?? '' };
}

const wordsOf = (text: string): string[] => text.split(/[ \t\n]+/).filter((word) => word !== '');
