/** Which of a shell's variables are a stack's. Pure. */

/** Set by the shell for itself or by our script: no part of a stack's configuration. */
const OWN_NAME = /^(_bk_.*|_BK_.*|_|PWD|OLDPWD|SHLVL|IFS|OPTIND|PPID|PS[124]|LINENO|FUNCNAME)$/;
/** bash sets these, dash and ash do not; exported ones are somebody's. */
const BASH_NAMES = new Set(
  'BASH BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_EXECUTION_STRING BASH_LINENO BASH_LOADABLES_PATH BASH_REMATCH BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO BASH_VERSION DIRSTACK EUID GROUPS HISTCMD HOSTNAME HOSTTYPE MACHTYPE OPTERR OSTYPE PIPESTATUS POSIXLY_CORRECT SHELL SHELLOPTS TERM UID'.split(
    ' ',
  ),
);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const isStackVariable = (name: string): boolean => NAME.test(name) && !OWN_NAME.test(name);

/** A word that a shell takes as a name. */
export const isName = (word: string): boolean => NAME.test(word);

/**
 * Names of variables that the text of `set` may hold, without those of `known`. A line inside a value that looks like an
 * assignment gives a name too many, which does no harm to who asks whether it is set.
 */
export function namesIn(set: string, known: Readonly<Record<string, string>>): string[] {
  const names = set.split('\n').map((line) => line.slice(0, Math.max(line.indexOf('='), 0)));
  return [...new Set(names)].filter(
    (name) => isStackVariable(name) && !BASH_NAMES.has(name) && known[name] === undefined,
  );
}

export const stackVariables = (variables: Iterable<[string, string]>): Record<string, string> =>
  Object.fromEntries([...variables].filter(([name]) => isStackVariable(name)));
