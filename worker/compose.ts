/**
 * `birdkeeper compose -- ARGS`: what upstream's compose script does with these arguments: the same list of files, environment and
 * guards; before `up` and `restart` templates and pre hooks, after `up` the rest of its sequence. The status is that of Compose; how
 * the other steps end is told and changes nothing, as there.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { findHooks, type ComponentHook } from '../activities/components/hooks.js';
import { EMPTY_MANIFEST } from '../activities/components/manifest.js';
import { platformHook, withPlatformSteps, type PlatformView } from '../activities/deployment/platform-steps.js';
import { runAttached, runCommand, type Command } from '../activities/shared/run-command.js';
import { normaliseName } from '../activities/stack/compose-files.js';
import { sourceIncludes, spelledFrom } from '../activities/stack/includes.js';
import type { StackReading } from '../activities/stack/read-stack.js';
import { applyRendered } from '../activities/stack/rendered-files.js';
import type { ComposeOptions } from '../client/handlers.js';
import type { Hook, PlannedHook } from '../workflows/model.js';
import { filesOf, hookRules, readFor, refuseMissing, renderedOf } from './config.js';

type Say = ComposeOptions['say'];

export async function composeAsScript({ args, say, ...options }: ComposeOptions): Promise<number> {
  const read = await readFor(options);
  refuseMissing(read);
  const verb = verbOf(args);
  const isStart = verb === 'up' || verb === 'restart';
  if (isStart || read.all['BIRDHOUSE_COMPOSE_TEMPLATE_FORCE'] === 'true') await renderTemplates(read, say);
  const stack = await projectOf(read, isStart, say);
  const status = await runAttached(composeCommand(read, stack, args), {
    cwd: read.directory,
    env: { ...stack.environment },
  });
  if (status === 0 && verb === 'up') await afterUp(stack, say);
  return status;
}

/** Options of Compose that take the next word with them. */
const WITH_VALUE =
  /^(-f|--file|-p|--project-name|--project-directory|--profile|--env-file|--ansi|--progress|--parallel)$/;

/** The first word that is no option of Compose itself, so that `--profile x up` is an `up`; upstream takes the first word. */
export function verbOf(args: readonly string[]): string {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (!word.startsWith('-')) return word;
    if (WITH_VALUE.test(word)) at += 1;
  }
  return '';
}

interface HandStack extends PlatformView {
  readonly environment: Readonly<Record<string, string>>;
  readonly hooks: readonly ComponentHook[];
}

async function renderTemplates(read: StackReading, say: Say): Promise<void> {
  if (read.all['BIRDHOUSE_COMPOSE_TEMPLATE_SKIP'] === 'true') return;
  const rendered = await renderedOf(read);
  const changed = await applyRendered({ rendered });
  say(`${changed.length} of ${rendered.length} rendered files changed`);
}

/** With the pre hooks and what `.include` files add, where something is started. */
async function projectOf(read: StackReading, isStart: boolean, say: Say): Promise<HandStack> {
  const { directory, reading, variables, all, composeVariables } = read;
  const settings = hookRules(composeVariables);
  const base = {
    directory,
    era: reading.era,
    settings,
    locate: (path: string) => path,
    name: composeVariables['COMPOSE_PROJECT_NAME'] || normaliseName(basename(directory)),
  };
  const components = read.components.map((dir) => ({ dir, name: basename(dir), manifest: EMPTY_MANIFEST }));
  const { hooks, warnings } = await findHooks(components, base);
  const files = filesOf(read, existsSync);
  const stack = { ...base, hooks, variables, composeFiles: files, environment: composeVariables };
  if (!isStart) return stack;
  for (const warning of [...reading.warnings, ...warnings]) say(`warning: ${warning}`);
  await runHooks('pre', withPlatformSteps(hooks, new Set(), stack), stack, say);
  if (!reading.era.generation.includes) return stack;
  const included = await sourceIncludes({
    ...{ directory, files, variables, all, components: reading.listed, exists: existsSync },
    wrap: (command) => command,
    signal: new AbortController().signal,
    timeoutSeconds: settings.hookTimeoutSeconds,
  });
  for (const warning of included.warnings) say(`warning: ${warning}`);
  return { ...stack, composeFiles: included.files, environment: { ...composeVariables, ...included.variables } };
}

function composeCommand({ composeVariables }: StackReading, stack: HandStack, args: readonly string[]): Command {
  const [file = 'docker', ...program] = words(composeVariables['DOCKER_COMPOSE'] ?? 'docker compose');
  const extra =
    verbOf(args) === 'up'
      ? words(composeVariables['BIRDHOUSE_COMPOSE_UP_EXTRA_OPTS'] ?? composeVariables['COMPOSE_UP_EXTRA_OPTS'] ?? '')
      : [];
  return {
    file,
    args: [
      ...program,
      ...stack.composeFiles.flatMap((path) => ['-f', spelledFrom(stack.directory, path)]),
      ...args,
      ...extra,
    ],
  };
}

async function afterUp(stack: HandStack, say: Say): Promise<void> {
  const services = new Set(await servicesOf(stack));
  await runHooks('post', withPlatformSteps(stack.hooks, services, stack), stack, say);
}

async function servicesOf({ composeFiles, directory, environment }: HandStack): Promise<string[]> {
  const args = ['compose', ...composeFiles.flatMap((path) => ['-f', path]), 'config', '--services'];
  const { stdout } = await runCommand(
    { file: 'docker', args },
    { cwd: directory, env: { ...environment }, signal: new AbortController().signal, timeoutMs: 60_000 },
  );
  return words(stdout);
}

async function runHooks(which: Hook, planned: readonly PlannedHook[], stack: HandStack, say: Say): Promise<void> {
  for (const one of planned.filter(({ hook }) => hook === which)) {
    const hook =
      one.step === undefined
        ? stack.hooks.find(({ component, hook: kind }) => component === one.component && kind === which)
        : platformHook(one.step, stack);
    if (hook === undefined) continue;
    const what = one.step ?? `${which} hook of ${one.component}`;
    say(what);
    const [file = '/bin/sh', ...args] = hook.command ?? ['/bin/sh', hook.file];
    const env = one.step === undefined ? stack.variables : stack.environment;
    const status = await runAttached({ file, args }, { cwd: stack.directory, env: { ...env } });
    if (status !== 0) say(`warning: ${what} ended with status ${status}`);
  }
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
