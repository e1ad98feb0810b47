/**
 * Argument lists of everything that is asked of the docker command line. `--yes` appears nowhere: Compose would answer
 * its own question whether a volume may be made again, data and all.
 */
import type { Command } from '../shared/run-command.js';

export interface ComposeProject {
  /** Compose project name. */
  readonly name: string;
  /** Live path: relative paths of the model and `.env` are looked up here. */
  readonly directory: string;
  /** In `-f` order; none: Compose looks for its usual names in the directory. */
  readonly composeFiles: readonly string[];
}

export function compose(project: ComposeProject, ...rest: readonly string[]): Command {
  return {
    file: 'docker',
    args: [
      'compose',
      '--ansi',
      'never',
      '--progress',
      'plain',
      '--project-name',
      project.name,
      '--project-directory',
      project.directory,
      ...project.composeFiles.flatMap((file) => ['-f', file]),
      ...rest,
    ],
  };
}

/**
 * The model. Env files are resolved into `environment` (which is what `--no-env-resolution` would leave out), so that
 * what they say is part of a service's definition.
 */
export const configCommand = (project: ComposeProject): Command => compose(project, 'config', '--format', 'json');

export const buildCommand = (project: ComposeProject, services: readonly string[]): Command =>
  compose(project, 'build', ...services);

/** Makes new containers of these services and of no other, from images that are here. */
export const recreateCommand = (project: ComposeProject, services: readonly string[]): Command =>
  compose(project, 'up', '--detach', '--no-deps', '--no-build', '--pull', 'never', '--force-recreate', ...services);

/** Who follows a restart is decided by the plan, not by Compose. */
export const restartCommand = (project: ComposeProject, services: readonly string[]): Command =>
  compose(project, 'restart', '--no-deps', ...services);

export const signalCommand = (project: ComposeProject, signal: string, services: readonly string[]): Command =>
  compose(project, 'kill', '--signal', signal, ...services);

/** These services, each within its own grace; none named: every service of the files. */
export const stopCommand = (project: ComposeProject, services: readonly string[] = []): Command =>
  compose(project, 'stop', ...services);

export const stopContainersCommand = (ids: readonly string[]): Command => ({ file: 'docker', args: ['stop', ...ids] });

/** By id rather than `compose start`, which goes by the files: these containers may be of a former state of them. */
export const startCommand = (ids: readonly string[]): Command => ({ file: 'docker', args: ['start', ...ids] });

/** What Compose itself would do, without doing it. Never pulls, so that it needs no registry. */
export const dryRunCommand = (project: ComposeProject): Command =>
  compose(project, '--dry-run', 'up', '--detach', '--no-build', '--pull', 'never');

/** `docker pull` rather than `compose pull`: one image, one answer, and the credentials of the docker command line. */
export const pullCommand = (reference: string, platform?: string): Command => ({
  file: 'docker',
  args: ['pull', '--quiet', ...(platform === undefined ? [] : ['--platform', platform]), reference],
});

/**
 * Environment of a compose call: the variables of the stack, without the settings of Compose that would widen what a
 * command touches or colour its output.
 */
export function composeEnvironment(variables: Readonly<Record<string, string>>): Record<string, string> {
  return { ...variables, COMPOSE_REMOVE_ORPHANS: '0', COMPOSE_IGNORE_ORPHANS: '1', COMPOSE_MENU: '0' };
}
