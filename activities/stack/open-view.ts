/** Opens a stack as it is, or as it would be with the staged commits. One way of reading for both. */
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Commits } from '../../workflows/model.js';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import type { Command } from '../shared/run-command.js';
import type { LastGood, RegisteredStack } from '../state/schemas.js';
import { findCheckouts, type RepositoryRoot } from './checkouts.js';
import { cleanEnvironment } from './clean-environment.js';
import { createLocator } from './locate.js';
import { prepareNamespace } from './namespace.js';
import { findProject } from './project.js';
import { findAssignment } from './reader-messages.js';
import { readShell, readText, type ShellReading } from './read-shell.js';
import { renderAll } from './render.js';
import { readSettings, type StackSettings } from './settings.js';
import type { Staged } from './staged-paths.js';
import { missingRequired, templateLists } from './templates.js';
import type { Checkout, StagedView, StackView } from './view.js';

export interface ViewDeps {
  /** Given to the configuration files and to compose on top of PATH, HOME and LANG: DOCKER_HOST and the like. */
  env: Record<string, string>;
  signal: AbortSignal;
  /** Root of the work tree that holds a directory, or undefined when it lies in none. */
  repositoryRoot: RepositoryRoot;
  headCommit: (dir: string) => Promise<string>;
  /** `/bin/sh` unless given. */
  shell?: string;
}

export type StackPlace = Pick<RegisteredStack, 'directory' | 'envFile'>;

interface Place {
  locate: (livePath: string) => string;
  wrap: (command: Command) => Command;
  commitOf: (checkout: Checkout) => Promise<string>;
}

/** Throws `Configuration` when the configuration does not read; looks only. */
export async function openLiveView(stack: StackPlace, deps: ViewDeps): Promise<StackView> {
  const locate = (path: string) => path;
  const wrap = (command: Command) => command;
  const commitOf = ({ dir }: Checkout) => deps.headCommit(dir);
  return { kind: 'live', locate, wrap, ...(await readStack(stack, deps, { locate, wrap, commitOf })) };
}

/** As `openLiveView`, with the staged trees shown at their live paths. Also refuses where no mount namespace can be had. */
export async function openStagedView(stack: StackPlace, staged: Staged, deps: ViewDeps): Promise<StagedView> {
  const locate = createLocator(staged);
  const wrap = await prepareNamespace(staged, {
    env: cleanEnvironment(deps.env),
    signal: deps.signal,
    asRoot: process.getuid?.() === 0,
  });
  const commitOf = async ({ dir }: Checkout) =>
    staged.checkouts.find((checkout) => checkout.dir === dir)?.commit ?? (await deps.headCommit(dir));
  return { kind: 'staged', staged, locate, wrap, ...(await readStack(stack, deps, { locate, wrap, commitOf })) };
}

type Contents = Omit<StackView, 'kind' | 'locate' | 'wrap'>;

async function readStack(stack: StackPlace, deps: ViewDeps, place: Place): Promise<Contents> {
  const directory = await realpath(stack.directory);
  const reading = await read(directory, stack.envFile, deps, place);
  const { components, twice } = await distinct(reading.components, place.locate);
  const settings = await settingsOf(reading, directory, place.locate);
  const checkouts = await findCheckouts(directory, settings.extraRepos, deps.repositoryRoot);
  const { commits, unknown } = await commitsOf(checkouts, place);
  deps.signal.throwIfAborted();
  const rendered = await renderAll({
    components,
    lists: templateLists(reading.all),
    values: reading.exported,
    locate: place.locate,
  });
  const shown = new Map(rendered.map(({ path, text }) => [path, text]));
  const project = await findProject({
    directory,
    components,
    variables: reading.exported,
    signal: deps.signal,
    wrap: place.wrap,
    exists: (path) => shown.has(path) || existsSync(place.locate(path)),
    read: async (path) => shown.get(path)?.toString('utf8') ?? (await readText(place.locate(path))),
  });
  return {
    name: project.name,
    directory,
    checkouts,
    commits,
    variables: reading.exported,
    settings,
    composeFiles: project.files,
    components,
    rendered,
    missingRequired: missingRequired(reading.all),
    warnings: [...reading.warnings, ...twice, ...unknown, ...notExported(reading)],
  };
}

async function read(
  directory: string,
  givenEnvFile: string | undefined,
  deps: ViewDeps,
  { locate, wrap }: Place,
): Promise<ShellReading> {
  const envFile = givenEnvFile === undefined ? join(directory, 'env.local') : resolve(givenEnvFile);
  if (givenEnvFile !== undefined && !existsSync(locate(envFile))) {
    throw new StepFailure(FAILURES.configuration, `${envFile}, the environment file of this stack, does not exist.`);
  }
  const { env, signal, shell } = deps;
  return readShell({ directory, envFile, env, signal, wrap, locate, ...(shell === undefined ? {} : { shell }) });
}

/** Two spellings of one directory are one component. */
async function distinct(listed: readonly string[], locate: Place['locate']) {
  const byReal = new Map<string, string>();
  const twice: string[] = [];
  for (const dir of listed.map((path) => resolve(path))) {
    const real = await realpath(locate(dir));
    const known = byReal.get(real);
    if (known === undefined) byReal.set(real, dir);
    else twice.push(`Component ${dir} is listed twice (also as ${known}): it counts once.`);
  }
  return { components: [...byReal.values()], twice };
}

async function settingsOf(reading: ShellReading, directory: string, locate: Place['locate']): Promise<StackSettings> {
  const files = await Promise.all(
    [...new Set([...reading.files].reverse())]
      .reverse()
      .map(async (path) => ({ path, text: await readText(locate(path)) })),
  );
  return readSettings(reading.all, directory, (name) => findAssignment(name, files));
}

async function commitsOf(checkouts: readonly Checkout[], { commitOf }: Place) {
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
function notExported({ all, exported }: ShellReading): string[] {
  return templateLists(all)
    .required.filter((name) => (all[name] ?? '').trim() !== '' && exported[name] === undefined)
    .map((name) => `${name} is set but not exported: templates and compose see it empty. Write: export ${name}`);
}

/** What looking needs to know should the configuration stop reading. */
export function watchedSettings(view: StackView): LastGood {
  const { keyDirectory, knownHostsFile, notify, notifyOn, smtpUrl, mailFrom } = view.settings;
  const { verifySignatures, allowedSigners, gpgKeyring, triggerTimeoutSeconds, rewrittenUpstream, pins } =
    view.settings;
  return {
    rules: { verifySignatures, allowedSigners, gpgKeyring, triggerTimeoutSeconds, rewrittenUpstream, pins },
    notices: { notify, notifyOn, smtpUrl, mailFrom },
    checkouts: view.checkouts.map(({ name, dir }) => ({ name, dir })),
    ...(keyDirectory === undefined ? {} : { keyDirectory }),
    ...(knownHostsFile === undefined ? {} : { knownHostsFile }),
  };
}
