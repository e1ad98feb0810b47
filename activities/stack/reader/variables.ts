/** Which of a shell's variables are a stack's. Pure. */

/** Set by the shell for itself or by our script: no part of a stack's configuration. */
const OWN_NAME = /^(_bk_.*|_BK_.*|_|PWD|OLDPWD|SHLVL|IFS|OPTIND|PPID|PS[124]|LINENO|FUNCNAME|BASH.*|SHELLOPTS)$/;
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
  return [...new Set(names)].filter((name) => isStackVariable(name) && known[name] === undefined);
}

export const stackVariables = (variables: Iterable<[string, string]>): Record<string, string> =>
  Object.fromEntries([...variables].filter(([name]) => isStackVariable(name)));
