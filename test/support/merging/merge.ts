/** One file merged in memory, as a stack with one component would. */
import { parseDeclarations } from '../../../activities/shared/declarations.js';
import { renderMerged } from '../../../activities/stack/merging/render-merged.js';
import { COMPONENT, GOOD, TEMPLATE } from './alertmanager.js';

const LISTS = { required: ['SMTP_SERVER', 'ADMIN', 'FQDN'], optional: ['EXTRA_GLOBAL', 'EXTRA_ROUTES'] };

/** Throws when the component does not read. */
export function merge(variables: Record<string, string>, { component = COMPONENT, template = TEMPLATE } = {}) {
  const all: Record<string, string> = { ...GOOD, ...variables };
  const declarations = parseDeclarations(Buffer.from(component), 'component.yml');
  if (declarations.problems.length > 0) throw new Error(declarations.problems.join('\n'));
  const { rendered, troubles } = renderMerged({
    templates: [{ path: '/c/alertmanager.yml', text: Buffer.from(template), mode: 0o640 }],
    lists: LISTS,
    variables: all,
    all,
    declared: [{ dir: '/c', file: '/c/component.yml', ...declarations }],
  });
  const text = rendered[0]?.text.toString() ?? '';
  return { text, troubles, messages: troubles.map(({ message }) => message), mode: rendered[0]?.mode };
}
