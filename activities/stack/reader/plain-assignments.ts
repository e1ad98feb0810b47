/**
 * Texts that any shell can read: comments and assignments of quoted strings, one after the other, without code in them. They need no
 * process that looks for syntax errors. Pure.
 */

const SPACE = String.raw`[ \t]*`;
const COMMENT = String.raw`(?:#[^\n]*)?`;
/** No command substitution; braces hold no quote and no further reference. */
const DOUBLE = '"(?:[^"\\\\`$]|\\\\[^]|\\$(?:\\{[A-Za-z_]\\w*(?::?[-+?=][^"\'`$\\\\{}]*)?\\}|\\w*(?![\\w({])))*"';
const VALUE = `(?:'[^']*'|${DOUBLE}|[\\w./:@%+,-]*)`;
const ASSIGNMENT = `(?:export[ \\t]+)?[A-Za-z_]\\w*=${VALUE}`;
/** A number sign within a word begins no comment. */
const LINE = new RegExp(`${SPACE}(?:${COMMENT}|${ASSIGNMENT}(?:[ \\t]+${COMMENT})?)(?:\\n|$)`, 'y');

export function isPlainAssignments(text: string): boolean {
  if (text.includes('\r') || text.includes('\0')) return false;
  for (let at = 0; at < text.length; at = LINE.lastIndex) {
    LINE.lastIndex = at;
    if (!LINE.test(text) || LINE.lastIndex === at) return false;
  }
  return true;
}
