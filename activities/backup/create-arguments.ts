/** `SCHEDULER_JOB_BACKUP_ARGS` of birdhouse-deploy: the arguments of its `backup create`. Pure. */
import { shellCommands } from '../shared/shell-words.js';
import type { DataKind, Selection } from './types.js';

export interface CreateArguments {
  readonly selection: Selection;
  /** The platform's own log directory is wanted too. */
  readonly platformLogs: boolean;
  /** And env.local. */
  readonly localEnvironment: boolean;
  /** Sentences without a full stop. */
  readonly problems: readonly string[];
}

const KINDS: Readonly<Record<string, DataKind>> = {
  '-a': 'application',
  '--component-application-data': 'application',
  '-u': 'user',
  '--component-user-data': 'user',
  '-l': 'logs',
  '--component-logs-data': 'logs',
};
const REPRESENTATIVE = ['-r', '--representative-data'];

/** Each option takes one name, or `*` (in quotes or after a backslash, or not). */
export function readCreateArguments(text: string): CreateArguments {
  const words = shellCommands(text).flat();
  const selection: Partial<Record<DataKind, '*' | string[]>> = {};
  const problems: string[] = [];
  let platformLogs = false;
  let localEnvironment = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const kind = KINDS[word];
    if (word === '--birdhouse-logs') platformLogs = true;
    else if (word === '--local-env-file') localEnvironment = true;
    else if (kind === undefined && !REPRESENTATIVE.includes(word)) problems.push(`${word} is not understood`);
    else {
      const name = words[++at];
      if (name === undefined || name.startsWith('-')) problems.push(`${word} names no component`);
      else if (kind === undefined) problems.push(`representative data of ${name} is not backed up`);
      else selection[kind] = withName(selection[kind], name);
    }
  }
  return { selection, platformLogs, localEnvironment, problems };
}

const withName = (names: '*' | string[] | undefined, name: string): '*' | string[] =>
  name === '*' || names === '*' ? '*' : [...(names ?? []), name];
