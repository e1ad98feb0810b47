/** The order in which a stack's configuration is read: upstream's, by the generation of its reader. */
import { join, resolve } from 'node:path';
import { ALLOWED, AliasSteps } from './alias-steps.js';
import { allConfDirs, loadComponents, type Listed } from './components.js';
import type { Conversation } from './conversation.js';
import { literalDependencies } from './dependencies.js';
import type { Generation } from './generations.js';
import { isPlainAssignments } from './plain-assignments.js';
import { isName, namesIn, stackVariables } from './variables.js';

/** For the components' files only, while each is read. */
const COMPONENT_DIR = 'BIRDKEEPER_COMPONENT_DIR';

export interface OrderInput {
  generation: Generation;
  directory: string;
  envFile: string;
  /** The environment of the process, as far as it is passed on. */
  env: Readonly<Record<string, string>>;
  basic: boolean;
  /** Text of a file in a component, by the spelling of the list. */
  text: (path: string) => Promise<string>;
  identity: (component: string) => string | undefined;
}

export interface Reading {
  exported: Record<string, string>;
  /** Set and not exported. */
  others: Record<string, string>;
  listed: readonly Listed[];
  warnings: string[];
  notes: string[];
}

/** The whole sequence. Rejects with `ReadingStopped` when the shell cannot go on, with `CircularDependency` when components do not end. */
export async function readInOrder(shell: Conversation, input: OrderInput): Promise<Reading> {
  const { generation } = input;
  const aliases = new AliasSteps(shell, generation);
  await begin(shell, input);
  readDefaults(shell, input);
  let listed: readonly Listed[] = [];
  const warnings: string[] = [];
  if (!input.basic) {
    shell.source(input.envFile);
    if (generation.processWins) shell.process('process');
    if (generation.aliases !== 'none') await aliases.give('of components');
    const components = await loadComponents(componentSource(shell, input));
    listed = components.listed;
    warnings.push(...components.warnings);
  }
  if (generation.aliases === 'before the second env.local') await aliases.fill();
  shell.source(input.envFile, !input.basic);
  if (generation.components === 'listed' && !input.basic) {
    // Before 1.24 the list is looked at again: what the last reading makes of it counts for everything but `default.env`.
    const components = await loadComponents({ ...componentSource(shell, input), load: () => undefined });
    listed = components.listed;
    warnings.push(...components.warnings.filter((warning) => !warnings.includes(warning)));
  }
  if (generation.processWins) shell.process('process');
  if (generation.aliases === 'after the second env.local') await aliases.fill();
  if (generation.aliases !== 'none') await aliases.give('all');
  await evaluateDelayed(shell, generation);
  const variables = await allVariables(shell);
  const list = input.basic ? undefined : allConfDirs(listed, generation);
  if (list !== undefined) variables.others['ALL_CONF_DIRS'] = list;
  return { ...variables, listed, warnings, notes: aliases.notes };
}

/** What the compose script and the reader's file set before they read anything. */
async function begin(shell: Conversation, { generation, directory, envFile, env }: OrderInput): Promise<void> {
  if (generation.exportsComposeDir || env['COMPOSE_DIR'] !== undefined) shell.export('COMPOSE_DIR', directory);
  else shell.set('COMPOSE_DIR', directory);
  const { composeScript } = generation;
  if (composeScript === 'birdhouse-compose.sh' && !env['BIRDHOUSE_COMPOSE']) {
    shell.export('BIRDHOUSE_COMPOSE', join(directory, composeScript));
  }
  beginLogging(shell, generation, env);
  if (generation.processWins) shell.process('snapshot');
  // We stand in the place of the compose script, which is no "supported interface".
  const isSupported = env['__BIRDHOUSE_SUPPORTED_INTERFACE'] === 'True';
  const hasAliases = generation.aliases !== 'none' && composeScript !== undefined;
  if (hasAliases && !isSupported && env[ALLOWED] === undefined) shell.set(ALLOWED, 'True');
  await nameEnvFile(shell, generation, envFile);
}

/** Widths as upstream pads them; colours belong to a terminal. */
const LOG_PREFIXES: Readonly<Record<string, string>> = {
  LOG_DEBUG: 'DEBUG:    ',
  LOG_INFO: 'INFO:     ',
  LOG_WARN: 'WARNING:  ',
  LOG_ERROR: 'ERROR:    ',
  LOG_CRITICAL: 'CRITICAL: ',
};
const DESTINATIONS = 'DEBUG:fd:1:INFO:fd:1:WARN:fd:2:ERROR:fd:2:CRITICAL:fd:2';

function beginLogging(shell: Conversation, { logging }: Generation, env: Readonly<Record<string, string>>): void {
  if (logging === 'none') return;
  const setUnlessGiven = (name: string, value: string) => {
    if (!env[name]) shell.set(name, value);
  };
  setUnlessGiven('BIRDHOUSE_LOG_LEVEL', 'INFO');
  for (const [name, prefix] of Object.entries(LOG_PREFIXES)) shell.export(name, prefix);
  if (logging === 'level') return;
  setUnlessGiven('BIRDHOUSE_LOG_FD', '2');
  setUnlessGiven('BIRDHOUSE_LOG_DEST_OVERRIDE', DESTINATIONS);
  if (logging === 'destinations') return;
  setUnlessGiven('BIRDHOUSE_DEBUG_MODE', 'false');
  setUnlessGiven('BIRDHOUSE_FAIL_FAST', 'true');
}

async function nameEnvFile(shell: Conversation, { envFile: how }: Generation, envFile: string): Promise<void> {
  if (how === 'beside' || how === 'named') {
    // Our own components are told where env.local is in every era.
    shell.set('BIRDHOUSE_LOCAL_ENV', envFile);
    return;
  }
  const real = await shell.realPath(envFile);
  const dir = real.slice(0, real.lastIndexOf('/')) || '/';
  if (how === 'resolved') shell.set('BIRDHOUSE_LOCAL_ENV', envFile);
  else shell.export('BIRDHOUSE_LOCAL_ENV', real);
  const give = how === 'exported' ? shell.export.bind(shell) : shell.set.bind(shell);
  give('BIRDHOUSE_LOCAL_ENV_REAL_PATH', real);
  give('BIRDHOUSE_LOCAL_ENV_REAL_DIR', dir);
}

function readDefaults(shell: Conversation, { generation, directory }: OrderInput): void {
  if (generation.delayed !== 'never' && generation.composeScript !== undefined) shell.set('DELAYED_EVAL', '');
  shell.source(`${directory}/default.env`);
}

function componentSource(shell: Conversation, { generation, directory, text, identity }: OrderInput) {
  const placeOf = (component: string) => (component.startsWith('/') ? component : `${directory}/${component}`);
  const defaultsOf = (component: string) => `${placeOf(component)}/default.env`;
  const isThere = (component: string) => identity(`${component}/default.env`) !== undefined;
  if (generation.components === 'breadth first') shell.set('COMPONENT_DEPENDENCIES', '');
  /** Files that no shell can find an error in: a process less for each. */
  const plain = new Set<string>();
  /** Those that want to know where they lie, which a file that is sourced cannot see; known of plain ones. */
  const asks = new Set<string>();
  return {
    generation,
    identity,
    words: (name: string) => shell.words(name),
    // Not once more before the file is read: an exported list of a dependency leaves the name exported.
    dependencies: async (component: string) => {
      if (isThere(component)) shell.unset('COMPONENT_DEPENDENCIES');
      const file = await text(`${component}/default.env`);
      if (isPlainAssignments(file)) plain.add(component);
      if (file.includes(COMPONENT_DIR)) asks.add(component);
      const literal = literalDependencies(file);
      if (literal !== undefined) return literal;
      return shell.dependencies(defaultsOf(component));
    },
    load: (component: string) => {
      if (!isThere(component)) return;
      const source = () => shell.source(defaultsOf(component), plain.has(component));
      if (plain.has(component) && !asks.has(component)) return source();
      shell.set(COMPONENT_DIR, resolve(placeOf(component)));
      source();
      shell.unset(COMPONENT_DIR);
    },
  };
}

/** Once in the order of the list, each name once; up to 1.23 as often as it is named. */
async function evaluateDelayed(shell: Conversation, generation: Generation): Promise<void> {
  const { delayed, delayedEachMention, delayedKeepsFailed } = generation;
  if (delayed === 'never') return;
  if (delayedKeepsFailed && generation.composeScript !== undefined) {
    shell.export('_BIRDHOUSE_ALREADY_PROCESSED_DELAYED_EVAL', 'True');
  }
  const words = (await shell.words('DELAYED_EVAL')).filter(isName);
  const names = delayedEachMention ? words : [...new Set(words)];
  for (const name of names) shell.delayed(name, delayed, delayedKeepsFailed);
}

async function allVariables(shell: Conversation) {
  const { exported, set } = await shell.dump();
  const others = await shell.values(namesIn(set, exported));
  return { exported: stackVariables(Object.entries(exported)), others: stackVariables(others) };
}
