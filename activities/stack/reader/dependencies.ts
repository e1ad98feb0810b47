/** COMPONENT_DEPENDENCIES of a component out of the text of its `default.env`, where the text alone decides. Pure. */

const ASSIGNMENT = /^(?:export[ \t]+)?COMPONENT_DEPENDENCIES=(?:"([^"\\`]*)"|'([^']*)')[ \t]*(?:#.*)?$/gm;
const ITSELF = /\$(?:COMPONENT_DEPENDENCIES\b|\{COMPONENT_DEPENDENCIES\})/g;
/** The rest of the file may be skipped, another file may be read, or code may be text. */
const UNCLEAR =
  /^[ \t]*(?:\.|source|eval|return|exit|exec)(?:[ \t]|$)|(?:[;&|]|\bthen|\bdo)[ \t]*(?:\.[ \t]|source[ \t]|eval[ \t]|return\b|exit\b)/m;

/**
 * The words of the list; undefined when only running the file can tell: an assignment that is computed, indented (and so perhaps
 * within a condition), or made twice, or a file that reads another one.
 */
export function literalDependencies(text: string): string[] | undefined {
  // What looks like a comment is one of the words inside the quotes of a list.
  const code = text.replace(/^[ \t]*#.*$/gm, '#');
  if (UNCLEAR.test(code)) return undefined;
  const withoutItself = code.replace(ITSELF, '');
  const mentions = withoutItself.split('COMPONENT_DEPENDENCIES').length - 1;
  if (mentions === 0) return [];
  const [found, ...others] = [...withoutItself.matchAll(ASSIGNMENT)];
  if (found === undefined || others.length > 0 || mentions > 1) return undefined;
  const list = found[1] ?? found[2] ?? '';
  return /[$*?[\]\\#]/.test(list) ? undefined : list.split(/[ \t\n]+/).filter((word) => word !== '');
}
