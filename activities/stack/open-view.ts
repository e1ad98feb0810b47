/** Opens a stack as it is, or as it would be with the staged commits. One way of reading for both. */
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Commits } from '../../workflows/model.js';
import { messageOf } from '../shared/failures.js';
import type { LastGood, RegisteredStack } from '../state/schemas.js';
import { findCheckouts, type RepositoryRoot } from './checkouts.js';
import { cleanEnvironment } from './clean-environment.js';
import { sourceIncludes, type Included } from './includes.js';
import { createLocator } from './locate.js';
import { mappedPlace, mappingTrouble } from './mapped-place.js';
import { namespaceRefused, namespaceTrouble, prepareNamespace } from './namespace.js';
import { plainPlace, type Place, type Wrap } from './place.js';
import { findProject, type Project } from './project.js';
import { eraCalled } from './reader/eras.js';
import { findAssignment } from './reader/messages.js';
import { readText, type ShellReading } from './reader/read-shell.js';
import { composeGuard } from './derived.js';
import type { OriginOf } from './diagnostics.js';
import { refusalSentence, renderStack } from './render-stack.js';
import { entriesOf, readStack, type StackReading } from './read-stack.js';
import { readSettings, type StackSettings } from './settings.js';
import { enterSibling, siblingTrouble, type Container } from './sibling.js';
import { asTrees, type Staged } from './staged-paths.js';
import { missingRequired, templateLists } from './templates.js';
import type { Checkout, Configuration, RenderedFile, StagedView, StackView } from './view.js';

export interface ViewDeps {
  /** Given to the configuration files and to compose on top of PATH, HOME and LANG: DOCKER_HOST and the like. */
  env: Record<string, string>;
  signal: AbortSignal;
  /** Root of the work tree that holds a directory, or undefined when it lies in none. */
  repositoryRoot: RepositoryRoot;
  headCommit: (dir: string) => Promise<string>;
  /** `/bin/sh` unless given. */
  shell?: string;
  /**
   * Sources the `.include` files of components, which may add compose files and write some: for who reads the compose project of a
   * stack whose rendered files are in place.
   */
  includes?: boolean;
  /** false: as on a machine where none can be had. */
  mountNamespaces?: boolean;
  /** The container that this process runs in, if any. */
  ownContainer?: () => Promise<Container | undefined>;
}

export type StackPlace = Pick<RegisteredStack, 'directory' | 'envFile' | 'era'>;

type CommitOf = (checkout: Checkout) => Promise<string>;

const LIVE = plainPlace(
  (path) => path,
  (command) => command,
);

/** Throws `Configuration` when the configuration does not read; looks only. */
export async function openLiveView(stack: StackPlace, deps: ViewDeps): Promise<StackView> {
  return { kind: 'live', ...(await readWithCommits(stack, deps, LIVE, ({ dir }) => deps.headCommit(dir))) };
}

/** As `openLiveView`, for those who need no commits. */
export function readConfiguration(stack: StackPlace, deps: ViewDeps): Promise<Configuration> {
  return readAt(stack, deps, LIVE);
}

/**
 * As `openLiveView`, with the staged trees shown at their live paths: in a mount namespace; where none can be had and this runs
 * in a container, in a sibling of it; else paths are mapped, with a warning.
 */
export async function openStagedView(stack: StackPlace, staged: Staged, deps: ViewDeps): Promise<StagedView> {
  const place = await stagedPlace(stack, asTrees(staged), deps);
  const commitOf = async ({ dir }: Checkout) =>
    staged.checkouts.find((checkout) => checkout.dir === dir)?.commit ?? (await deps.headCommit(dir));
  return { kind: 'staged', staged, ...(await readWithCommits(stack, deps, place, commitOf)) };
}

async function stagedPlace(stack: StackPlace, staged: Staged, deps: ViewDeps): Promise<Place> {
  const locate = createLocator(staged);
  const asRoot = process.getuid?.() === 0;
  const options = { env: cleanEnvironment(deps.env), signal: deps.signal, asRoot };
  const why = deps.mountNamespaces === false ? 'they are switched off' : await namespaceTrouble(options);
  if (why === undefined) return plainPlace(locate, await prepareNamespace(staged, options));
  const container = await deps.ownContainer?.();
  if (container && siblingTrouble(staged, container) === undefined) {
    // What disappeared since the staging is simply not there any more; the engine would make a directory of it.
    const present = { ...staged, binds: staged.binds.filter(({ live }) => existsSync(live)) };
    return plainPlace(locate, enterSibling(present, container));
  }
  const trouble = mappingTrouble(staged);
  if (trouble !== undefined) throw namespaceRefused(`${why}, ${trouble}`, asRoot);
  return mappedPlace(staged, locate, await realpath(stack.directory), why);
}

type Contents = Omit<StackView, 'kind'>;

async function readWithCommits(stack: StackPlace, deps: ViewDeps, place: Place, commitOf: CommitOf): Promise<Contents> {
  const configuration = await readAt(stack, deps, place);
  const { commits, unknown } = await commitsOf(configuration.checkouts, commitOf);
  return { ...configuration, commits, warnings: [...configuration.warnings, ...unknown] };
}

async function readAt(stack: StackPlace, deps: ViewDeps, place: Place): Promise<Configuration> {
  const { locate } = place;
  const directory = await realpath(stack.directory);
  const { signal, shell } = deps;
  const env = cleanEnvironment(deps.env);
  const era = stack.era === undefined ? undefined : eraCalled(stack.era);
  const read = await readStack({ directory, envFile: stack.envFile, era, env, signal, shell }, place);
  const { reading, components, variables, composeVariables, all } = read;
  const originOf = await originsIn(reading, locate);
  const settings = readSettings(reading.all, directory, originOf);
  const roots = new Set<string>();
  const rootOf: RepositoryRoot = async (dir) => {
    const root = await deps.repositoryRoot(dir);
    if (root !== undefined) roots.add(root);
    return root;
  };
  const checkouts = await findCheckouts(directory, settings.extraRepos, rootOf);
  signal.throwIfAborted();
  const { rendered, refusals } = await renderStack(read, place);
  const wrap = await place.wrapFor(composeVariables);
  const project = await projectOf(read, rendered, deps, place, wrap);
  const included = await includedIn(read, project, settings, deps, place, wrap);
  const doubts = await place.doubts({ files: reading.files, composeFiles: included.files });
  return {
    name: project.name,
    directory,
    era: reading.era,
    checkouts,
    roots,
    variables,
    composeVariables: { ...composeVariables, ...included.variables, ...composeGuard(reading.era.generation, all) },
    settings,
    composeFiles: included.files,
    components,
    rendered,
    missingRequired: missingRequired(all),
    refusals: refusals.map(refusalSentence),
    originOf,
    warnings: [...reading.warnings, ...notExported({ all, exported: variables }), ...included.warnings, ...doubts],
    locate,
    wrap,
  };
}

function projectOf(
  { directory, reading, composeVariables }: StackReading,
  rendered: readonly RenderedFile[],
  { signal }: ViewDeps,
  { locate }: Place,
  wrap: Wrap,
): Promise<Project> {
  const shown = new Map(rendered.map(({ path, text }) => [path, text]));
  return findProject({
    directory,
    generation: reading.era.generation,
    components: reading.listed.map(({ spelling }) => resolve(directory, spelling)),
    variables: composeVariables,
    signal,
    wrap,
    entries: (path) => entriesOf(locate(path)).map(({ name }) => name),
    exists: (path) => shown.has(path) || existsSync(locate(path)),
    read: async (path) => shown.get(path)?.toString('utf8') ?? (await readText(locate(path))),
  });
}

/** What the `.include` files make of the list, where they are wanted. */
async function includedIn(
  { directory, reading, variables, all }: StackReading,
  { files }: Project,
  { hookTimeoutSeconds }: StackSettings,
  { includes = false, signal }: ViewDeps,
  { locate }: Place,
  wrap: Wrap,
): Promise<Included> {
  if (!includes || !reading.era.generation.includes) return { files, variables, warnings: [] };
  return sourceIncludes({
    ...{ directory, components: reading.listed, files, variables, all, wrap, signal },
    exists: (path) => existsSync(locate(path)),
    timeoutSeconds: hookTimeoutSeconds,
  });
}

async function originsIn(reading: ShellReading, locate: Place['locate']): Promise<OriginOf> {
  const files = await Promise.all(
    [...new Set([...reading.files].reverse())]
      .reverse()
      .map(async (path) => ({ path, text: await readText(locate(path)) })),
  );
  return (name) => findAssignment(name, files);
}

async function commitsOf(checkouts: readonly Checkout[], commitOf: CommitOf) {
  const commits: Commits = {};
  const unknown: string[] = [];
  await Promise.all(
    checkouts.map(async (checkout) => {
      try {
        commits[checkout.name] = await commitOf(checkout);
      } catch (error) {
        unknown.push(`Checkout ${checkout.name} has no commit that can be read (${messageOf(error)}).`);
      }
    }),
  );
  return { commits, unknown };
}

/** A required name that is set and not exported passes upstream's check and is empty in every template. */
function notExported({ all, exported }: Pick<ShellReading, 'all' | 'exported'>): string[] {
  return templateLists(all)
    .required.filter((name) => (all[name] ?? '').trim() !== '' && exported[name] === undefined)
    .map((name) => `${name} is set but not exported: templates and compose see it empty. Write: export ${name}`);
}

/** What looking needs to know should the configuration stop reading. */
export function watchedSettings(view: Configuration): LastGood {
  const { keyDirectory, knownHostsFile, notify, notifyOn, smtpUrl, mailFrom, prometheusUrl } = view.settings;
  const { verifySignatures, allowedSigners, gpgKeyring, triggerTimeoutSeconds, rewrittenUpstream, pins } =
    view.settings;
  return {
    rules: { verifySignatures, allowedSigners, gpgKeyring, triggerTimeoutSeconds, rewrittenUpstream, pins },
    notices: { notify, notifyOn, smtpUrl, mailFrom },
    checkouts: view.checkouts.map(({ name, dir }) => ({ name, dir })),
    ...(keyDirectory === undefined ? {} : { keyDirectory }),
    ...(knownHostsFile === undefined ? {} : { knownHostsFile }),
    ...(prometheusUrl === undefined ? {} : { prometheusUrl }),
  };
}
