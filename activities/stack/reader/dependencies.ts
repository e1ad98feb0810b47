/** COMPONENT_DEPENDENCIES of a component out of the text of its `default.env`, where the text alone decides. Pure. */

const ASSIGNMENT = /^(?:export[ \t]+)?COMPONENT_DEPENDENCIES=(?:"([^"\\`]*)"|'([^']*)')[ \t]*(?:#.*)?$/gm;
const ITSELF = /\$(?:COMPONENT_DEPENDENCIES\b|\{COMPONENT_DEPENDENCIES\})/g;
/** Stands for the list itself, which is empty before the file is run. */
const EMPTY = '\0';
/** The rest of the file may be skipped, another file may be read, or code may be text. */
const UNCLEAR =
  /^[ \t]*(?:\.|source|eval|return|exit|exec)(?:[ \t]|$)|(?:[;&|]|\bthen|\bdo)[ \t]*(?:\.[ \t]|source[ \t]|eval[ \t]|return\b|exit\b)|<</m;
/** What begins and ends a condition, a loop or a function, one a line. */
const OPENED = /^[ \t]*(?:if|case|for|while|until)\b|[{(][ \t]*$/gm;
const CLOSED = /^[ \t]*(?:fi|esac|done|\}|\))/gm;
const CONTINUED = /(?:\\|&&|\|)\s*$/;
/** An assignment, or the end of its text: neither fails, and a list counts only for a file that does not. */
const SURE_END = /^[ \t]*(?:(?:export[ \t]+)?[A-Za-z_]\w*=(?:"(?:[^"`$]|\$(?!\())*"|'[^']*'|[^`();&|]*)|["'])$/;

/**
 * The words of the list; undefined when only running the file can tell: an assignment that is computed, within a condition or a
 * text, or made twice, a file that reads another one, or one that may end with a failure.
 */
export function literalDependencies(text: string): string[] | undefined {
  // What looks like a comment is one of the words inside the quotes of a list.
  const code = text.replace(/^[ \t]*#.*$/gm, '#');
  if (UNCLEAR.test(code)) return undefined;
  const withoutItself = code.replace(ITSELF, EMPTY);
  const mentions = withoutItself.split('COMPONENT_DEPENDENCIES').length - 1;
  if (mentions === 0) return [];
  const [found, ...others] = [...withoutItself.matchAll(ASSIGNMENT)];
  if (found === undefined || others.length > 0 || mentions > 1) return undefined;
  if (isWithin(withoutItself.slice(0, found.index)) || !SURE_END.test(lastLine(code))) return undefined;
  const list = found[1]?.replaceAll(EMPTY, '') ?? found[2] ?? '';
  return /[$*?[\]\\#\0]/.test(list) ? undefined : list.split(/[ \t\n]+/).filter((word) => word !== '');
}

/** Whether a condition, a loop, a function or a text may have begun and not ended. */
function isWithin(before: string): boolean {
  const count = (what: RegExp) => before.match(what)?.length ?? 0;
  const isOpen = count(OPENED) !== count(CLOSED) || count(/"/g) % 2 > 0 || count(/'/g) % 2 > 0;
  return isOpen || CONTINUED.test(before);
}

const lastLine = (code: string): string => code.split('\n').findLast((line) => !/^[ \t]*#?$/.test(line)) ?? '';
