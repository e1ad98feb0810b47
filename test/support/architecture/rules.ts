/** Who may import whom, and where things live. Each rule is a function from a module to its offences. */
import type { Import, Module } from './source.js';

export interface Rule {
  /** The rule in a sentence. */
  name: string;
  /** What is wrong with the module, a phrase each. */
  check(module: Module): string[];
}

const under = (path: string, ...folders: string[]): boolean => folders.some((folder) => path.startsWith(folder));
const PRODUCT = ['workflows/', 'activities/', 'worker/', 'client/', 'bin/'];

/** A rule on what modules of some folders may import. */
function imports(
  name: string,
  from: (path: string) => boolean,
  allowed: (imported: Import, path: string) => boolean,
): Rule {
  return {
    name,
    check: (module) =>
      from(module.path)
        ? module.imports
            .filter((imported) => !allowed(imported, module.path))
            .map(({ target, kind }) => `imports ${kind === 'type' ? 'types' : 'values'} of ${target}`)
        : [],
  };
}

/** `activities/git/` for `activities/git/fetch.ts`; undefined for a file directly in `activities/`. */
const capabilityOf = (path: string): string | undefined => /^activities\/[^/]+\//.exec(path)?.[0];
const JOINS_CAPABILITIES = ['activities/index.ts', 'activities/deployment/'];
const SHARED = ['activities/shared/', 'activities/state/'];

const HOMES: Readonly<Record<string, RegExp>> = {
  'simple-git': /^activities\/git\//,
  dockerode: /^activities\/docker\//,
  nodemailer: /^activities\/notices\//,
  'prom-client': /^worker\/metrics\//,
  undici: /^activities\/shared\/web\.ts$/,
  'tough-cookie': /^activities\/shared\/web\.ts$/,
  saxes: /^activities\/weaver\//,
  winston: /^worker\/logger[^/]*\.ts$/,
  // A server that lives on is no command: it has no result to wait for and no time limit.
  child_process: /^(activities\/shared\/run-command|worker\/embedded-server[^/]*)\.ts$/,
  '@temporalio/activity': /^worker\//,
};
/** `common` holds what the sandbox needs and `workflow` does not export: search attribute keys, payload converters. */
const SANDBOXED = ['@temporalio/workflow', '@temporalio/common'];
const ENVIRONMENT_READERS = /^(worker\/host-settings\.ts|client\/settings\.ts|bin\/.*)$/;
/** Configuration files and reporters, of which their programs want the default export. */
const LOADED_BY_OTHERS = /^[^/]+$|-reporter\.mjs$|\.config\.ts$/;
/** Longer ones are more than one decision. Tests are tables and may be longer. */
const MAX_LINES = 300;
const MAX_TEST_LINES = 500;

export const RULES: readonly Rule[] = [
  imports(
    'workflows import values only of workflows and the sandboxed packages of Temporal',
    (path) => under(path, 'workflows/'),
    ({ target, kind }) =>
      under(target, 'workflows/') ||
      SANDBOXED.includes(target) ||
      (kind === 'type' && under(target, 'activities/', '@temporalio/')),
  ),
  imports(
    'the contract imports nothing',
    (path) => path === 'workflows/contract.ts',
    () => false,
  ),
  imports(
    'a capability imports values only of itself, shared pieces, state and workflows',
    (path) => under(path, 'activities/') && !under(path, ...JOINS_CAPABILITIES, ...SHARED),
    ({ target, ours, kind }, path) =>
      !ours || kind === 'type' || under(target, capabilityOf(path) ?? 'activities/inputs.ts', ...SHARED, 'workflows/'),
  ),
  imports(
    'activities know neither worker nor command line',
    (path) => under(path, 'activities/'),
    ({ target, ours }) => !ours || under(target, 'activities/', 'workflows/'),
  ),
  imports(
    'shared pieces import nothing but each other and workflows, state also shared pieces',
    (path) => under(path, ...SHARED),
    ({ target, ours }, path) =>
      !ours ||
      under(target, 'workflows/', 'activities/shared/') ||
      (under(path, 'activities/state/') && under(target, 'activities/state/')),
  ),
  imports(
    'the command line imports values only of itself, workflows, state and shared pieces',
    (path) => under(path, 'client/'),
    ({ target, ours, kind }) =>
      !ours || under(target, 'client/', 'workflows/', ...SHARED) || (kind === 'type' && under(target, 'activities/')),
  ),
  imports(
    'only bin imports the worker',
    (path) => !under(path, 'worker/', 'bin/', 'test/'),
    ({ target }) => !under(target, 'worker/'),
  ),
  imports(
    'nobody imports bin',
    (path) => !under(path, 'bin/', 'test/'),
    ({ target }) => !under(target, 'bin/'),
  ),
  imports(
    'a package is imported only where it has its home',
    (path) => under(path, ...PRODUCT),
    ({ target }, path) => HOMES[target]?.test(path) ?? true,
  ),
  {
    name: 'the environment of the process is read in the settings only',
    check: ({ path, readsEnvironment }) =>
      readsEnvironment && under(path, ...PRODUCT) && !ENVIRONMENT_READERS.test(path) ? ['reads process.env'] : [],
  },
  {
    name: 'exports have names',
    check: ({ path, hasDefaultExport }) =>
      hasDefaultExport && !LOADED_BY_OTHERS.test(path) ? ['has a default export'] : [],
  },
  {
    name: 'files are short',
    check: ({ path, text }) => {
      const lines = text.split('\n').length - 1;
      const most = path.endsWith('.test.ts') ? MAX_TEST_LINES : MAX_LINES;
      return lines > most ? [`has ${lines} lines`] : [];
    },
  },
  {
    name: 'the root describe of a test is the path of what it tests',
    check: ({ path, rootDescribe }) => {
      const [, wanted] = /^test\/(?:unit|integration|replay|e2e)?\/?(.+?)(?:\.slow)?\.test\.ts$/.exec(path) ?? [];
      // `advance-killed.test.ts` is a part of what is tested of `advance`.
      const isIt = rootDescribe === wanted || (rootDescribe !== undefined && wanted?.startsWith(`${rootDescribe}-`));
      return wanted === undefined || isIt ? [] : [`describes ${rootDescribe ?? 'nothing'}`];
    },
  },
];

/** A line per offence: path, what is wrong, the rule. */
export const offences = (modules: readonly Module[], rules: readonly Rule[] = RULES): string[] =>
  modules.flatMap((module) =>
    rules.flatMap((rule) => rule.check(module).map((offence) => `${module.path} ${offence} (${rule.name})`)),
  );
