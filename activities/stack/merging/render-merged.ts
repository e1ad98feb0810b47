/** Templates rendered, with what components declare under `merge` merged into the files. Pure. */
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { holds, isBlank } from '../../shared/conditions-schema.js';
import type { Declarations } from '../../shared/declarations.js';
import type { MergeRule } from '../../shared/merge-schema.js';
import { readDocument } from '../../shared/yaml-text.js';
import type { Template } from '../render.js';
import { renderTemplate, TEMPLATE_SUFFIX, type TemplateLists } from '../templates.js';
import type { RenderedFile } from '../view.js';
import { referenceMistakes } from './check.js';
import { fragmentOf, readFragment, TOO_DEEP } from './fragment.js';
import { mergeInto, type MergeMistake } from './merge.js';

type Variables = Readonly<Record<string, string>>;

/** A component with what its `component.yml` declares. */
export interface Declared extends Declarations {
  /** Live path. */
  dir: string;
  /** Live path of its `component.yml`. */
  file: string;
}

export interface RenderInput {
  templates: readonly Template[];
  lists: TemplateLists;
  /** Exported. */
  variables: Variables;
  /** Exported or not. */
  all: Variables;
  declared: readonly Declared[];
}

/** Why a file cannot be what it should. */
export interface Trouble {
  /** The variable whose value it is about; else it is about the file. */
  variable?: string;
  /** Line in the value, or in the file. */
  line?: number;
  file?: string;
  message: string;
}

interface Wanted {
  rule: MergeRule;
  component: Declared;
  /** Place in `merge`. */
  index: number;
  /** Live path. */
  path: string;
}

/** A file with troubles is rendered without what is merged. */
export function renderMerged({ declared, ...input }: RenderInput): { rendered: RenderedFile[]; troubles: Trouble[] } {
  const wanted = declared.flatMap((component) =>
    component.merge.map((rule, index) => ({ rule, component, index, path: join(component.dir, rule.into) })),
  );
  const paths = new Set(input.templates.map(({ path }) => path));
  const made = input.templates.map((template) => renderOne(template, input, wanted));
  return {
    rendered: made.map(({ file }) => file),
    troubles: [
      ...wanted.filter(({ path }) => !paths.has(path)).map(noTemplate),
      ...made.flatMap(({ troubles }) => troubles),
    ],
  };
}

const noTemplate = ({ component, index, rule, path }: Wanted): Trouble => ({
  file: component.file,
  line: component.lineOf(['merge', index, 'into']),
  message: `merge[${index}].into: nothing is rendered to ${rule.into} (there is no ${path}${TEMPLATE_SUFFIX})`,
});

function renderOne(
  template: Template,
  { lists, variables, all }: Omit<RenderInput, 'declared'>,
  wanted: readonly Wanted[],
): { file: RenderedFile; troubles: Trouble[] } {
  const own = wanted.filter(({ path }) => path === template.path);
  const names = own.flatMap(({ rule: { variable } }) => (variable === undefined ? [] : [variable]));
  // Where it is pasted without birdkeeper, the text is merged here.
  const text = renderTemplate(
    template.text,
    { ...lists, optional: [...lists.optional, ...names] },
    { ...variables, ...Object.fromEntries(names.map((name) => [name, ''])) },
  );
  const active = own.filter(
    ({ rule }) => holds(rule, all) && (rule.variable === undefined || !isBlank(all[rule.variable])),
  );
  if (active.length === 0) return { file: { ...template, text }, troubles: [] };
  const merged = mergeAll(template.path, text, active, all);
  return { file: { ...template, text: merged.text ?? text }, troubles: merged.troubles };
}

function mergeAll(path: string, text: Buffer, active: readonly Wanted[], all: Variables) {
  const document = openDocument(path, text);
  if ('message' in document) return { troubles: [document] };
  const parts = active.map((wanted) => ({
    ...wanted,
    fragment:
      wanted.rule.value === undefined
        ? readFragment(all[wanted.rule.variable ?? ''] ?? '')
        : fragmentOf(wanted.rule.value),
  }));
  const unread = parts.flatMap((part) => part.fragment.problems.map((problem) => troubleOf(part, problem)));
  if (unread.length > 0) return { troubles: unread };
  const unmerged = parts.flatMap((part) =>
    mergeInto(document, part.rule, part.fragment).map((mistake) => troubleOf(part, mistake)),
  );
  if (unmerged.length > 0) return { troubles: unmerged };
  const troubles = parts.flatMap((part) =>
    referenceMistakes(document, part.rule, part.fragment).map((mistake) => troubleOf(part, mistake)),
  );
  if (troubles.length > 0) return { troubles };
  try {
    return { troubles, text: Buffer.from(document.toString(LAYOUT)) };
  } catch {
    return { troubles: [{ file: path, message: TOO_DEEP }] };
  }
}

const LAYOUT = { lineWidth: 0, flowCollectionPadding: false };

function openDocument(path: string, text: Buffer): ReturnType<typeof readDocument>['document'] | Trouble {
  const file = `${path}${TEMPLATE_SUFFIX}`;
  if (!isUtf8(text)) return { file, message: 'what is rendered from it is not UTF-8, so that nothing can be merged' };
  try {
    const { document, problems } = readDocument(text.toString('utf8'), { schema: 'failsafe' });
    const [first] = problems;
    if (first === undefined) return document;
    return { file, message: `line ${first.line} of what is rendered from it: ${first.message}` };
  } catch {
    return { file, message: TOO_DEEP };
  }
}

function troubleOf({ rule, component, index }: Wanted, { line, message }: MergeMistake): Trouble {
  const inValue = line !== undefined && rule.variable !== undefined;
  return inValue
    ? { variable: rule.variable ?? '', line, message: `${rule.variable ?? ''} line ${line}: ${message}` }
    : { file: component.file, line: component.lineOf(['merge', index]), message: `merge[${index}]: ${message}` };
}
