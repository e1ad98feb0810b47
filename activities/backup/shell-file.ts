/**
 * The `backup` files of birdhouse-deploy's components (since 2.16.0), read without running them. Such a file defines
 * `backup_application`, `backup_user`, `backup_logs`; each calls `backup_create_runner 'WORDS' COMMAND 'CONTAINERS TO STOP'`,
 * and the command copies or dumps into a volume. What is copied or dumped is all that we need of it. Pure.
 */
import { copiedOrDumped } from './shell-copies.js';
import { shellCommands } from '../shared/shell-words.js';
import { DATA_KINDS, type DataKind, type Declaration, type Part } from './types.js';

export interface BackupFile {
  readonly declaration: Declaration;
  /** Sentences without a full stop: what has to be declared in component.yml instead. */
  readonly problems: readonly string[];
}

const RUNNER = 'backup_create_runner';

export function readBackupFile(component: string, text: string): BackupFile {
  const functions = functionsOf(text);
  const problems: string[] = [];
  const kinds = DATA_KINDS.flatMap((kind): [DataKind, Part[]][] => {
    const body = functions.get(`backup_${kind}`);
    if (body === undefined) return [];
    const parts = readBody(body, functions);
    if (typeof parts !== 'string') return [[kind, parts]];
    problems.push(`the backup file of ${component} is not understood in backup_${kind}: ${parts}`);
    return [];
  });
  if (functions.has('backup_representative')) {
    problems.push(`representative data of ${component} is not backed up`);
  }
  return { declaration: { component, ...Object.fromEntries(kinds) }, problems };
}

/** All of it, or why not: half of what a component copies would be no backup of it. */
function readBody(body: string, functions: ReadonlyMap<string, string>): Part[] | string {
  const inner = functionsOf(body);
  const calls = shellCommands(outside(body, inner)).filter(([name]) => name === RUNNER);
  const parts: Part[] = [];
  for (const [, , command = '', stopping = ''] of calls) {
    const work = inner.get(command) ?? functions.get(command);
    if (work === undefined) return `there is no function ${command}`;
    const stop = stopsOf(stopping, functions);
    if (typeof stop === 'string') return stop;
    for (const copied of copiedOrDumped(work)) {
      if (typeof copied === 'string') return copied;
      parts.push(stop.length === 0 ? copied : { ...copied, stop });
    }
  }
  return parts.length > 0 ? parts : 'it copies nothing that is known';
}

/** Names, or a call of a function that keeps the names which begin so (`… | grep '^jupyter'`). */
function stopsOf(stopping: string, functions: ReadonlyMap<string, string>): string[] | string {
  const [, called] = /^\$\((\w+)\)$/.exec(stopping.trim()) ?? [];
  if (called === undefined) {
    return /[$`]/.test(stopping)
      ? `what it stops is computed (${stopping})`
      : stopping.split(/\s+/).filter((name) => name !== '');
  }
  const [, prefix] = /grep\s+'\^([A-Za-z0-9_-]+)'/.exec(functions.get(called) ?? '') ?? [];
  return prefix === undefined ? `what it stops is computed (${called})` : [`${prefix}*`];
}

/** Bodies of the functions of a text by name: `NAME() {` up to a `}` that is indented as far. */
function functionsOf(text: string): Map<string, string> {
  const found = text.matchAll(/^([ \t]*)(\w+)[ \t]*\(\)[ \t]*\{[ \t]*\n(.*?)^\1\}[ \t]*$/gms);
  return new Map([...found].map(([, , name = '', body = '']) => [name, body]));
}

const outside = (text: string, inner: ReadonlyMap<string, string>): string =>
  [...inner.values()].reduce((rest, body) => rest.replace(body, ''), text);
