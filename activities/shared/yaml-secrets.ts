/**
 * Secrets inside a YAML text that a variable holds, such as the receivers of Alertmanager: the name of the variable does not look
 * like one. By lines, not by a parser: a text that does not read is just what messages are about. Pure.
 */

/** `key: value` in a block or a flow, the value in quotes or without. */
const PAIR =
  /(?:^|[\s{,-])["']?([A-Za-z_][\w.-]*)["']?[ \t]*:[ \t]+(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\n]|'')*)'|([^\s{}[\]"'#][^\n]*))/g;
const SECRET_KEY = /(pass(word|wd|phrase)?|secret|token|credentials|(^|_)key)$/i;
/** The path of a webhook is its password. */
const ADDRESS_KEY = /(^|_)url$/i;
const RECEIVERS = /\b[a-z]+_configs["']?[ \t]*:/;
/** Shorter ones would mask what they have nothing to do with. */
const LEAST = 6;

export function secretsInYaml(text: string): string[] {
  if (!text.includes('\n') && !/[{:]/.test(text)) return [];
  const hasReceivers = RECEIVERS.test(text);
  return [...text.matchAll(PAIR)].flatMap(([, key = '', double, single, plain]) => {
    const value = double ?? single?.replaceAll("''", "'") ?? plainValue(plain ?? '');
    if (value.length < LEAST) return [];
    if (SECRET_KEY.test(key)) return [value];
    return hasReceivers && ADDRESS_KEY.test(key) ? pathOf(value) : [];
  });
}

/** Without a comment, and without what follows in a flow. */
const plainValue = (text: string): string =>
  text
    .replace(/\s#.*$/, '')
    .replace(/\s*[,}\]].*$/, '')
    .trim();

/** From the path on; nothing of an address that has none. */
function pathOf(value: string): string[] {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const secret = url === undefined ? '' : `${url.pathname}${url.search}`.slice(1);
  return secret.length < LEAST ? [] : [secret];
}
