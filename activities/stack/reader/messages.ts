/**
 * Sentences about a configuration that could not be read. The shell's own messages quote the file, and the file holds
 * secrets: only positions and known kinds of trouble are taken from them. Pure.
 */
import type { ReadingStory, StopReason } from './story.js';

export interface Complaint {
  file: string;
  line: number;
  what: string;
}

const KEPT_TOKEN =
  /^([(){};&|<>"'`]{1,3}|if|then|else|elif|fi|do|done|case|esac|while|until|for|in|function|newline|EOF)$/;
const POSITION = /^(?:line )?(\d+): (.*)$/;
const AFTERWARDS = 'Nothing was rendered or changed. Correct the file and push or save it.';

const STOPPED: Readonly<Record<Exclude<StopReason, 'syntax' | 'environment'>, string>> = {
  dangling: 'is a link to a file that does not exist',
  directory: 'is a directory; a file with shell assignments is expected there',
  special: 'is not a regular file',
  unreadable: 'cannot be read by this user; check its owner and mode',
};

/**
 * What a file says to the operator on standard error, on lines of its own: `birdkeeper refuses: SENTENCE` makes the
 * configuration invalid, `birdkeeper warns: SENTENCE` is a warning. Whoever writes such a line means it to be shown.
 */
export function saidByFiles(stderr: string): { refusals: string[]; warnings: string[] } {
  const said = (verb: 'refuses' | 'warns') => [
    ...new Set([...stderr.matchAll(new RegExp(`^birdkeeper ${verb}: (.+)$`, 'gm'))].map(([, text = '']) => text)),
  ];
  return { refusals: said('refuses'), warnings: said('warns') };
}

/** The sentences, and what they mean for the operator. */
export const explainRefusals = (sentences: readonly string[]): string => `${sentences.join(' ')} ${AFTERWARDS}`;

/** Why the records end early, in a sentence that names the file and, where known, the line. */
export function explainStop(
  story: Pick<ReadingStory, 'current' | 'evaluated' | 'stopped'>,
  end: { stderr: string; status: number | null; timedOutSeconds?: number; exitLine?: number },
): string {
  const { stopped, evaluated } = story;
  const file = story.current ?? (evaluated === undefined ? 'the configuration' : `${evaluated} (DELAYED_EVAL)`);
  if (stopped?.reason === 'environment' || /argument list too long/i.test(stopped?.text ?? '')) {
    return tooLarge();
  }
  if (stopped?.reason === 'syntax') {
    const { line, reason } = syntaxComplaint(stopped.text, file);
    return `${file}${line === undefined ? '' : `, line ${line}`}: the shell cannot read it: ${reason}. ${AFTERWARDS}`;
  }
  if (stopped) return `${file} ${STOPPED[stopped.reason]}. ${AFTERWARDS}`;
  if (end.timedOutSeconds !== undefined) {
    return `${file} was still being read after ${end.timedOutSeconds} s: a loop that never ends, or a command that waits. ${AFTERWARDS}`;
  }
  const last = complaints(end.stderr, [file]).at(-1);
  // A complaint without an `exit` is what ended the shell; beside an `exit` it may be an older, harmless one.
  if (last && end.exitLine === undefined) return `${file}, line ${last.line}: ${last.what}. ${AFTERWARDS}`;
  const readOnly = end.exitLine === undefined ? READ_ONLY.exec(end.stderr)?.[1] : undefined;
  if (readOnly !== undefined) return `${file}: ${readOnly} is read-only and was set again. ${AFTERWARDS}`;
  const where = end.exitLine === undefined ? '' : `, line ${end.exitLine}`;
  return `${file}${where}: it ends the shell that reads it (status ${end.status ?? 'unknown'}): "exit" and "exec" cannot be used in this file. ${AFTERWARDS}`;
}

/** The last words of a shell, which may name no file for this one. */
const READ_ONLY = /: ([A-Za-z_]\w*): (?:is read only|(?:cannot unset: )?readonly variable)\n*$/;

/** `name`: the variable, where it is known. */
export const tooLarge = (name?: string): string =>
  `The exported variables could not be handed to a program: together they are larger than the system allows (the largest one may have 128 kB${name === undefined ? '' : `; ${name} is larger`}). ${AFTERWARDS}`;

/** Line and reason out of what `sh -n FILE` printed; words of the file are left out. */
export function syntaxComplaint(text: string, file: string): { line?: number; reason: string } {
  const first = text.split('\n').find((line) => line.includes(`${file}: `)) ?? '';
  const rest = first.slice(first.indexOf(`${file}: `) + file.length + 2);
  const match = POSITION.exec(rest);
  if (!match?.[2]) return { reason: 'syntax error' };
  const reason = match[2]
    .replace(/"([^"]*|")"|`([^']*|')'/g, (quoted: string) => (KEPT_TOKEN.test(quoted.slice(1, -1)) ? quoted : 'a word'))
    .replace(/^syntax error: /i, '')
    .trim();
  return { line: Number(match[1]), reason: inOwnWords(reason) };
}

const OWN_WORDS = new Set(
  'a arithmetic at backquote bad by command conditional delimited document end eof error expected expecting expression fd file for function here here-document identifier in invalid line looking loop matching missing name near newline not number of operand operator parenthesis quote quoted redirection string substitution syntax token unexpected unmatched unterminated valid variable wanted while word'.split(
    ' ',
  ),
);
const MARKS = /^[!-/:-@[-`{-~]{1,6}$/;

/** A quote that does not end on the line, or a message that nobody knows, may hold words of the file. */
function inOwnWords(reason: string): string {
  const words = reason.split(/\s+/).flatMap((word) => {
    const bare = word.replace(/^[(`"']+|[)`"':,.]+$/g, '');
    return OWN_WORDS.has(bare.toLowerCase()) || MARKS.test(word) || KEPT_TOKEN.test(bare) ? [word] : ['a', 'word'];
  });
  const said = words.join(' ').replace(/\ba word( a word)+\b/g, 'a word');
  return said === '' ? 'syntax error' : said;
}

/** What the shell complained of while it evaluated the files. */
export function complaints(stderr: string, files: readonly string[]): Complaint[] {
  const longestFirst = [...new Set(files)].sort((a, b) => b.length - a.length);
  const found = stderr.split('\n').flatMap((text) => {
    for (const file of longestFirst) {
      const complaint = complaintIn(text, file);
      if (complaint) return [complaint];
    }
    return [];
  });
  return [...new Map(found.map((complaint) => [`${complaint.file}:${complaint.line}`, complaint])).values()];
}

function complaintIn(text: string, file: string): Complaint | undefined {
  const at = text.indexOf(`${file}: `);
  if (at < 0) return undefined;
  const after = text.slice(at + file.length + 2);
  // bash, ash: `FILE: line 3: …`; dash: `sh: 3: FILE: …`
  const behind = /^line (\d+): (.*)$/.exec(after);
  if (behind) return { file, line: Number(behind[1]), what: kindOf(behind[2] ?? '') };
  const before = /: (\d+): $/.exec(text.slice(0, at));
  return before ? { file, line: Number(before[1]), what: kindOf(after) } : undefined;
}

function kindOf(message: string): string {
  if (/not found$/.test(message)) return 'a command was not found';
  if (/(parameter not set|unbound variable)$/.test(message)) return `${nameIn(message)} is not set`;
  if (/(is read only|readonly variable)$/.test(message)) return `${nameIn(message)} is read-only and was set again`;
  if (/bad substitution$/i.test(message)) return 'a bad substitution';
  if (/(cannot open|can't open|no such file)/i.test(message)) return 'a file could not be opened';
  if (/^[A-Za-z_]\w*: /.test(message))
    return `${nameIn(message)} was refused ("\${${nameIn(message)}:?…}" or a command)`;
  return 'the shell reported an error';
}

const nameIn = (message: string): string => /^([A-Za-z_]\w*): /.exec(message)?.[1] ?? 'a variable';

/** Line of the only `exit` or `exec COMMAND` in a file, when there is just one. */
export function onlyExitLine(text: string): number | undefined {
  const lines = text.split('\n').flatMap((line, index) => {
    const code = line.replace(/(^|\s)#.*$/, '');
    return /(^|[;&|({]|\b(?:then|else|do)\b)\s*(exit\b|exec\s+[^\d<>\s])/.test(code) ? [index + 1] : [];
  });
  return lines.length === 1 ? lines[0] : undefined;
}

/**
 * File and line of the assignment that counts: the last one in the file that was read last. A row of the table of deprecated
 * names looks like one; what counts then is where the replacement is set.
 */
export function findAssignment(
  name: string,
  files: readonly { path: string; text: string }[],
): { file: string; line: number } | undefined {
  const found = lastAssignment(name, files);
  if (found === undefined) return undefined;
  const replacement = replacementIn(found.lines, found.index);
  const { path, index } = (replacement === undefined ? undefined : lastAssignment(replacement, files)) ?? found;
  return { file: path, line: index + 1 };
}

function lastAssignment(name: string, files: readonly { path: string; text: string }[]) {
  const assignment = new RegExp(`^\\s*(?:export\\s+|readonly\\s+)?${name}=`);
  for (const { path, text } of [...files].reverse()) {
    const lines = text.split('\n');
    const index = lines.findLastIndex((line) => assignment.test(line));
    if (index >= 0) return { path, lines, index };
  }
  return undefined;
}

const TABLE = 'BACKWARDS_COMPATIBLE_VARIABLES=';

function replacementIn(lines: readonly string[], index: number): string | undefined {
  const [, name, replacement] = /^\s+(\w+)=(\w+)\s*$/.exec(lines[index] ?? '') ?? [];
  const isRow = name !== replacement && lines.slice(0, index).some((line) => line.includes(TABLE));
  return isRow ? replacement : undefined;
}
