/**
 * Templates as `envsubst` with a list of names fills them, in two passes: the names of `VARS`, then, over the result,
 * those of `OPTIONAL_VARS`. Only listed names change, in the forms `$NAME` and `${NAME}`; an unset one becomes empty.
 * Bytes are kept: text is handled one character per byte. Pure.
 */
import { encode } from '../shared/bytes.js';

export const TEMPLATE_SUFFIX = '.template';

/** Names in a list as upstream writes it, `$NAME ${NAME}`, or bare; in order, each once. */
export function listedNames(list: string): string[] {
  const dollars = [...list.matchAll(/\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  const bare = list.split(/\s+/).filter((word) => /^[A-Za-z_]\w*$/.test(word));
  return [...new Set([...dollars, ...bare])];
}

/** Names of `VARS` that are unset or blank: nothing may be rendered or started then. */
export function missingRequired(variables: Readonly<Record<string, string>>): string[] {
  return listedNames(variables['VARS'] ?? '').filter((name) => (variables[name] ?? '').trim() === '');
}

export interface TemplateLists {
  required: readonly string[];
  optional: readonly string[];
}

export const templateLists = (variables: Readonly<Record<string, string>>): TemplateLists => ({
  required: listedNames(variables['VARS'] ?? ''),
  optional: listedNames(variables['OPTIONAL_VARS'] ?? ''),
});

/** `values`: the exported variables only, which is all that `envsubst` saw. */
export function renderTemplate(
  template: Buffer,
  lists: TemplateLists,
  values: Readonly<Record<string, string>>,
): Buffer {
  const first = substitute(template.toString('latin1'), lists.required, values);
  return Buffer.from(substitute(first, lists.optional, values), 'latin1');
}

function substitute(text: string, names: readonly string[], values: Readonly<Record<string, string>>): string {
  const listed = new Set(names);
  return text.replace(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g,
    (whole, braced: string | undefined, plain: string | undefined) => {
      const name = braced ?? plain ?? '';
      return listed.has(name) ? encode(values[name] ?? '').toString('latin1') : whole;
    },
  );
}

/** Live path of the rendered file. */
export const targetOf = (templatePath: string): string => templatePath.slice(0, -TEMPLATE_SUFFIX.length);
