/** `rsync_extra_opts`: which words of the text are refused. Pure. */

/** What a word is refused for, as the rest of a sentence. */
const OTHER_MACHINE = 'is refused: data are copied on this machine, and no other program is run';
const NOT_A_COPY = 'is refused: with it nothing is copied';
const TAKES_SOURCE = 'is refused: the source is only read';

/** Long options without their dashes, and letters. */
const REFUSED: Readonly<Record<string, string>> = {
  rsh: OTHER_MACHINE,
  e: OTHER_MACHINE,
  'rsync-path': OTHER_MACHINE,
  'remote-option': OTHER_MACHINE,
  M: OTHER_MACHINE,
  daemon: OTHER_MACHINE,
  server: OTHER_MACHINE,
  sender: OTHER_MACHINE,
  config: OTHER_MACHINE,
  dparam: OTHER_MACHINE,
  'read-batch': OTHER_MACHINE,
  'write-batch': OTHER_MACHINE,
  'only-write-batch': OTHER_MACHINE,
  help: NOT_A_COPY,
  version: NOT_A_COPY,
  V: NOT_A_COPY,
  'remove-source-files': TAKES_SOURCE,
  'remove-sent-files': TAKES_SOURCE,
};

/** Options of rsync (3.1 to 3.5) that take a value, which may be the next word. */
const WITH_VALUE = new Set(
  `exclude include filter exclude-from include-from files-from chmod chown usermap groupmap max-size min-size max-delete
  max-alloc modify-window compare-dest copy-dest link-dest backup-dir suffix temp-dir partial-dir bwlimit timeout contimeout
  block-size checksum-choice cc checksum-seed compress-choice zc compress-level zl compress-threads zt skip-compress
  out-format log-format log-file log-file-format confine-root info debug stderr iconv port sockopts address protocol password-file
  early-input copy-as stop-after stop-at time-limit outbuf rsh rsync-path remote-option write-batch only-write-batch
  read-batch dparam config e f T B M @`.split(/\s+/),
);

interface Option {
  /** As it was written, without its value. */
  shown: string;
  name: string;
  value: string | undefined;
}

/** What is wrong with the words, a phrase each; empty when rsync may have them. */
export function refusedOptions(words: readonly string[]): string[] {
  const problems: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--' || !/^-./.test(word)) {
      problems.push(`${JSON.stringify(word)} is no option, and what is copied is said by source_dir and dest_dir`);
      continue;
    }
    for (const option of optionsOf(word)) {
      const wantsNext = option.value === undefined && WITH_VALUE.has(option.name);
      const value = wantsNext ? rest.shift() : option.value;
      if (wantsNext && value === undefined) problems.push(`${option.shown} lacks its value`);
      const why = REFUSED[option.name] ?? refusedValue(option.name, value);
      if (why !== undefined) problems.push(`${option.shown} ${why}`);
    }
  }
  return [...new Set(problems)];
}

/** One long option, or each letter of a bundle up to the first that takes the rest as its value. */
function optionsOf(word: string): Option[] {
  if (word.startsWith('--')) {
    const [, name = '', , value] = /^--([^=]*)(=([^]*))?$/.exec(word) ?? [];
    return [{ shown: `--${name}`, name, value }];
  }
  const options: Option[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const name = word.charAt(at);
    const value = WITH_VALUE.has(name) && at + 1 < word.length ? word.slice(at + 1) : undefined;
    options.push({ shown: `-${name}`, name, value });
    if (WITH_VALUE.has(name)) break;
  }
  return options;
}

/** `host:file` is read on that machine. */
const refusedValue = (name: string, value: string | undefined): string | undefined =>
  name === 'files-from' && value !== undefined && /^[^/]*:/.test(value) ? OTHER_MACHINE : undefined;
