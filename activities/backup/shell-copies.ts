/** Which part a command of a `backup` file copies or dumps. Pure. */
import { shellCommands } from '../shared/shell-words.js';
import type { Part } from './types.js';

/** A part per command that copies or dumps, or a phrase on what is not understood. */
export function copiedOrDumped(work: string): (Part | string)[] {
  return shellCommands(work).flatMap((words) => {
    const at = words.findIndex((word) => word === 'run' || word === 'exec');
    const [tool] = words;
    if (tool === 'log' || tool === 'mkdir') return [];
    const isCompose = words.slice(0, at).includes('compose');
    if (at < 0 || !(isCompose || tool === 'docker')) return [`the command ${words.slice(0, 3).join(' ')}`];
    const run = readRun(words.slice(at + 1));
    // The receiving end of a pipe: what comes in was dumped by the other end.
    if (/\btee\b|read -r/.test(run.script)) return [];
    return [isCompose ? ofContainer(run) : ofVolume(run)];
  });
}

interface Run {
  /** `docker run`'s image, Compose's service. */
  readonly subject: string;
  readonly user: string | undefined;
  readonly mounts: readonly { source: string; target: string }[];
  /** The program with its arguments, or the text that a shell gets. */
  readonly script: string;
}

/** Options that take the next word as their value, when it is not joined by "=". */
const VALUED = new Set(['-v', '--volume', '--network', '--entrypoint', '--user', '-u', '--env', '-e']);

function readRun(words: readonly string[]): Run {
  const mounts: Run['mounts'][number][] = [];
  let user: string | undefined;
  let at = 0;
  for (; words[at]?.startsWith('-'); at += 1) {
    const word = words[at] ?? '';
    const [name = '', joined] = word.startsWith('--') && word.includes('=') ? split(word, '=') : [word];
    const value = joined ?? (VALUED.has(name) ? words[++at] : undefined) ?? '';
    if (name === '--user' || name === '-u') user = value;
    if (name === '-v' || name === '--volume') {
      const [source = '', target = ''] = split(value, ':');
      mounts.push({ source, target: target.replace(/:r[ow]$/, '') });
    }
  }
  const command = words.slice(at + 1);
  const script = command.includes('-c') ? (command.at(-1) ?? '') : command.join(' ');
  return { subject: words[at] ?? '', user, mounts, script };
}

const split = (text: string, by: string): string[] => {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

function ofContainer({ subject: container, user, script }: Run): Part | string {
  const as = user === undefined ? {} : { as: user };
  if (/\bpg_dump\b/.test(script)) {
    const name = /(?:^|\s)-d\s*(\S+)/.exec(script)?.[1];
    // A variable of the container: what it stands for is found there.
    const named = name === undefined || name.includes('$') ? {} : { name };
    return { kind: 'dump', database: 'postgres', container, ...as, ...named };
  }
  if (/\bmongodump\b/.test(script)) return { kind: 'dump', database: 'mongo', container, ...as };
  const copied = copiedIn(script);
  return copied === undefined ? `what ${container} is asked to do` : { kind: 'path', path: copied, container };
}

/** A helper container with the volume beside the one of the backup. */
function ofVolume({ script, mounts }: Run): Part | string {
  const [, host, prefix] = /https?:\/\/([\w.-]+):\d+(\/\S*?)?\/api\/v1\/admin\/tsdb\/snapshot/.exec(script) ?? [];
  if (host !== undefined) {
    const port = /:(\d+)/.exec(script.slice(script.indexOf(host)))?.[1];
    const address = `http://127.0.0.1:${port}${prefix ?? ''}`;
    return { kind: 'dump', database: 'prometheus', container: host, address };
  }
  const copied = copiedIn(script);
  const mount = mounts.find(({ target }) => copied === target || copied?.startsWith(`${target}/`));
  if (copied === undefined || mount === undefined) return `the copy ${script.slice(0, 60)}`;
  const below = copied.slice(mount.target.length + 1);
  if (/^[/$]/.test(mount.source)) {
    return { kind: 'path', path: below === '' ? mount.source : `${mount.source}/${below}` };
  }
  return { kind: 'volume', volume: mount.source, ...(below === '' ? {} : { below }) };
}

/** What the one `cp` of a script copies, without a slash at its end. */
function copiedIn(script: string): string | undefined {
  const [copy, ...others] = shellCommands(script).filter(([name]) => name === 'cp');
  const [from] = (copy ?? []).slice(1).filter((word) => !word.startsWith('-'));
  return others.length > 0 ? undefined : from?.replace(/(?<=.)\/+$/, '');
}
