/**
 * Redirections in the text of a job act beside the scheduler, not in the job's container. One whose directory is there only
 * inside the container cannot have been meant so (clean_old_files of birdhouse-deploy: the shell fails to open
 * /logs/….log, and the job never starts). It is taken to the host's side of the mount instead. Pure.
 */
import { posix } from 'node:path';
import type { JobStep } from './model.js';
import { literal, quoted, tokens, type Redirection, type Word } from '../shared/shell-words.js';

export interface Misdirection {
  /** As it stands: `>> /logs/x.log`. */
  readonly shown: string;
  /** Directory that is not there beside the scheduler. */
  readonly directory: string;
  /** The same file on the host, a word for bash; undefined when no mount of the job shows it. */
  readonly hostTarget?: string;
}

type IsThere = (directory: string) => boolean;

/** `isThere`: whether the scheduler has that directory. */
export function misdirections(step: JobStep, isThere: IsThere): Misdirection[] {
  return [step.command, step.dockerArguments].flatMap((text) =>
    unmeant(text, step, isThere).map(({ misdirection }) => misdirection),
  );
}

/** The step with its misdirected redirections on the host's side of the mounts. */
export function redirected(step: JobStep, isThere: IsThere): JobStep {
  const rewritten = (text: string) => replaceTargets(text, unmeant(text, step, isThere));
  return { ...step, command: rewritten(step.command), dockerArguments: rewritten(step.dockerArguments) };
}

interface Unmeant {
  target: Word;
  misdirection: Misdirection;
}

function unmeant(text: string, step: JobStep, isThere: IsThere): Unmeant[] {
  if (step.place.kind !== 'image') return [];
  const mounts = mountsOf(step);
  return tokens(text).flatMap((token) => {
    const found = token.kind === 'redirection' ? fileOf(token) : undefined;
    if (found === undefined || isThere(posix.dirname(found.path))) return [];
    const hostTarget = onHost(found.path, mounts);
    const { operator, target } = found;
    const misdirection = {
      shown: `${operator} ${target.text}`,
      directory: posix.dirname(found.path),
      ...(hostTarget === undefined ? {} : { hostTarget }),
    };
    return [{ target, misdirection }];
  });
}

/** An absolute path without anything to expand. */
function fileOf({ operator, target }: Redirection): { operator: string; target: Word; path: string } | undefined {
  if (target === undefined || /<<|<&/.test(operator)) return undefined;
  const path = literal(target.text);
  return path?.startsWith('/') ? { operator, target, path: posix.normalize(path) } : undefined;
}

function replaceTargets(text: string, found: readonly Unmeant[]): string {
  let result = '';
  let at = 0;
  for (const { target, misdirection } of found) {
    if (misdirection.hostTarget === undefined) continue;
    result += text.slice(at, target.start) + misdirection.hostTarget;
    at = target.end;
  }
  return result + text.slice(at);
}

interface Mount {
  /** A word for bash. */
  source: string;
  target: string;
}

function onHost(path: string, mounts: readonly Mount[]): string | undefined {
  const around = mounts.filter(({ target }) => path.startsWith(`${target}/`));
  const [nearest] = around.sort((one, other) => other.target.length - one.target.length);
  return nearest && nearest.source + quoted(path.slice(nearest.target.length));
}

/** Bind mounts of directories: `-v`, `--volume` and the list `volumes`. */
function mountsOf({ place, dockerArguments }: JobStep): Mount[] {
  const words = tokens(dockerArguments).flatMap((token) => (token.kind === 'word' ? [token.text] : []));
  const given = words.flatMap((word, index) => {
    const before = words[index - 1];
    if (before === '-v' || before === '--volume') return [word];
    const joined = /^(?:--volume=|-v(?=.))/.exec(word);
    return joined ? [word.slice(joined[0].length)] : [];
  });
  const listed = place.kind === 'image' ? place.volumes : [];
  return [...given, ...listed].flatMap((volume) => mountOf(volume) ?? []);
}

const VOLUME = /^((?:\$\{[^}]*\}|[^:])+):((?:\$\{[^}]*\}|[^:])+)(?::[A-Za-z,]*)?$/s;

function mountOf(word: string): Mount | undefined {
  const whole = /^"([^"]*)"$/.exec(word);
  const [, source, rawTarget] = VOLUME.exec(whole?.[1] ?? word) ?? [];
  const target = rawTarget === undefined ? undefined : literal(rawTarget);
  // A named volume has no place that the scheduler can write to.
  if (source === undefined || !target?.startsWith('/') || !/^["']?[/$]/.test(source)) return undefined;
  return { source: whole ? `"${source}"` : source, target: posix.normalize(target).replace(/(?<=.)\/$/, '') };
}
