/**
 * Which hooks the components of a stack have. As in upstream's script: a file counts when it is executable, and is then run
 * by `sh`, whatever its first line says.
 */
import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HOOKS, type Hook, type PlannedHook } from '../../workflows/model.js';
import { isMissing } from '../shared/files.js';
import type { StackView } from '../stack/view.js';
import type { HookRules } from './manifest.js';
import type { Component } from './read.js';

export const HOOK_FILES: Readonly<Record<Hook, string>> = {
  pre: 'pre-docker-compose-up',
  post: 'post-docker-compose-up',
};

export interface ComponentHook extends PlannedHook {
  /** Directory of the component, live path. */
  dir: string;
  /** Live path of the file. */
  file: string;
  /** What runs it, in the place of `/bin/sh FILE`. */
  command?: readonly string[];
  timeoutSeconds: number;
  /** What a failure does: stop (the deployment goes back) or continue. */
  policy: 'stop' | 'continue';
}

export interface FoundHooks {
  /** In the order in which they run: all pre hooks in the order of the components, then all post hooks likewise. */
  hooks: ComponentHook[];
  /** A sentence per file that looks like a hook and is not run. */
  warnings: string[];
}

export interface HookedView extends Pick<StackView, 'locate' | 'era'> {
  readonly settings: Pick<StackView['settings'], 'hookTimeoutSeconds' | 'hookPolicy'>;
}

export async function findHooks(components: readonly Component[], view: HookedView): Promise<FoundHooks> {
  const hooks: ComponentHook[] = [];
  const warnings: string[] = [];
  for (const hook of HOOKS) {
    for (const { dir, name, manifest } of components) {
      const file = join(dir, HOOK_FILES[hook]);
      const kind = await kindOf(view.locate(file));
      if (kind === 'executable')
        hooks.push({ component: name, hook, dir, file, ...rulesOf(manifest.hooks[hook], view) });
      else if (kind !== 'absent') warnings.push(NOT_RUN[kind](file));
    }
  }
  return { hooks, warnings };
}

function rulesOf(rules: HookRules | undefined, view: Pick<HookedView, 'settings' | 'era'>) {
  return {
    timeoutSeconds: rules?.timeout ?? view.settings.hookTimeoutSeconds,
    policy: rules?.policy ?? policyOf(view),
  };
}

/** Hooks of birdhouse-deploy are written for a script that ignores how they end: creating what is there already fails. */
export const policyOf = ({ settings, era }: Pick<HookedView, 'settings' | 'era'>): ComponentHook['policy'] =>
  settings.hookPolicy || (era.generation.composeScript === undefined ? 'stop' : 'continue');

type Kind = 'executable' | 'absent' | 'not executable' | 'no file';

const NOT_RUN: Readonly<Record<'not executable' | 'no file', (file: string) => string>> = {
  'not executable': (file) =>
    `${file} is not executable, so this hook is not run. To run it: chmod +x, and commit that.`,
  'no file': (file) => `${file} is no regular file, so this hook is not run.`,
};

async function kindOf(path: string): Promise<Kind> {
  try {
    if (!(await stat(path)).isFile()) return 'no file';
    await access(path, constants.X_OK);
    return 'executable';
  } catch (error) {
    return isMissing(error) ? 'absent' : 'not executable';
  }
}
