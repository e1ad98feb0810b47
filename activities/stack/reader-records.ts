/** What the reader script wrote, as data. Pure. */

export const STOP_REASONS = ['dangling', 'directory', 'special', 'unreadable', 'syntax', 'environment'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

export interface ShellRecords {
  /** Files in the order in which they were read; `env.local` appears twice. */
  files: string[];
  /** The file that was being read when the records end. */
  current?: string;
  stopped?: { reason: StopReason; text: string };
  /** Component directories in order, as the list spells them. */
  components: string[];
  missing: string[];
  /** The environment of a child: what Compose and templates see. */
  exported: Record<string, string>;
  /** Every shell variable, exported or not. */
  all: Record<string, string>;
  /** The whole sequence ran. */
  complete: boolean;
}

/** Set by the shell for itself or by the script: no part of a stack's configuration. */
const OWN_NAME = /^(_bk_.*|_|PWD|OLDPWD|SHLVL|IFS|OPTIND|PPID|PS[124]|LINENO|FUNCNAME|BASH.*|SHELLOPTS)$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function parseRecords(output: string): ShellRecords {
  const words = output.split('\0');
  const records: ShellRecords = { files: [], components: [], missing: [], exported: {}, all: {}, complete: false };
  let variables: 'exported' | 'other' | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const next = () => words[(at += 1)] ?? '';
    if (word === 'end') records.complete = true;
    else if (word === 'exported' || word === 'other') variables = word;
    else if (word === 'stop') records.stopped = { reason: toReason(next()), text: next() };
    else if (variables !== undefined) addVariable(records, word, variables);
    else if (word === 'file') records.files.push((records.current = next()));
    else if (word === 'done') delete records.current;
    else if (word === 'component') records.components.push(next());
    else if (word === 'missing') records.missing.push(next());
  }
  return records;
}

function addVariable(records: ShellRecords, assignment: string, kind: 'exported' | 'other'): void {
  const equals = assignment.indexOf('=');
  const name = assignment.slice(0, equals);
  if (equals < 1 || !NAME.test(name) || OWN_NAME.test(name)) return;
  const value = assignment.slice(equals + 1);
  records.all[name] = value;
  if (kind === 'exported') records.exported[name] = value;
}

const toReason = (word: string): StopReason => STOP_REASONS.find((reason) => reason === word) ?? 'environment';
