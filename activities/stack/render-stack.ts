/** All templates of a stack rendered, with what its components declare; and why that cannot be deployed. Looks only. */
import { basename, join } from 'node:path';
import { parseDeclarations } from '../shared/declarations.js';
import { privately } from '../shared/private-schema.js';
import { beginningOf } from '../shared/yaml-file.js';
import { renderMerged, type Declared, type Trouble } from './merging/render-merged.js';
import { unmetNeeds } from './needs.js';
import type { Place } from './place.js';
import { templateDirectories, type StackReading } from './read-stack.js';
import { findAssignment } from './reader/messages.js';
import { readText } from './reader/read-shell.js';
import { findTemplates, render, type Template } from './render.js';
import type { RenderedFile } from './view.js';

const MANIFEST_FILE = 'component.yml';

/** Why nothing may be rendered or started. */
export interface Refusal {
  message: string;
  /** Where the value is set, or where the mistake is; live path. */
  file?: string;
  line?: number;
}

export interface RenderedStack {
  rendered: RenderedFile[];
  /** Of `merge` and `needs`, where their form is right. */
  refusals: Refusal[];
  /** Mistakes in the form of `merge` and `needs`, which whoever reads the whole of each `component.yml` tells too. */
  malformed: string[];
}

export async function renderStack(
  read: StackReading,
  { locate, standIns }: Pick<Place, 'locate' | 'standIns'>,
): Promise<RenderedStack> {
  const { lists, variables, all } = read;
  const templates = await findTemplates({ directories: templateDirectories(read), locate, standIns });
  const declared = await declaredIn(read, templates, locate);
  const { rendered, troubles } = renderMerged({ templates, lists, variables, all, declared });
  const hidden = declared.flatMap(({ dir, file, private: names }) =>
    names.map((name) => ({ path: join(dir, name), name, file })),
  );
  const needed = declared.flatMap(({ needs }) => needs.variables);
  const found = [...troubles, ...unmetNeeds(needed, all, lists.required), ...notRendered(hidden, rendered)];
  return {
    rendered: rendered.map((file) =>
      hidden.some(({ path }) => path === file.path) ? { ...file, mode: privately(file.mode) } : file,
    ),
    refusals: found.length === 0 ? [] : await withOrigins(found, read, locate),
    malformed: declared.flatMap(({ problems }) => problems),
  };
}

/** A slip of the pen would leave a secret readable. */
const notRendered = (
  hidden: readonly { path: string; name: string; file: string }[],
  rendered: readonly RenderedFile[],
): Trouble[] =>
  hidden
    .filter(({ path }) => !rendered.some((file) => file.path === path))
    .map(({ name, file }) => ({ file, message: `private: ${name} is no file that a template of the component gives` }));

async function declaredIn(
  { components, lists, variables }: StackReading,
  templates: readonly Template[],
  locate: Place['locate'],
): Promise<Declared[]> {
  const own = templates.filter(({ path }) => basename(path) === MANIFEST_FILE);
  const made = new Map(render(own, lists, variables).map(({ path, text }) => [path, text]));
  const found = await Promise.all(
    components.map(async (dir) => {
      const file = join(dir, MANIFEST_FILE);
      // What is there and cannot be read is told by whoever reads the whole of it.
      const bytes = made.get(file) ?? (await beginningOf(locate(file)).catch(() => undefined));
      return bytes === undefined ? undefined : { dir, file, ...parseDeclarations(bytes, file) };
    }),
  );
  return found.filter((one) => one !== undefined);
}

type Complaint = Trouble & { instead?: readonly Trouble[] };

/** With the place in the configuration files, for who has to correct it. */
async function withOrigins(
  found: readonly Complaint[],
  { reading: { files }, all }: StackReading,
  locate: Place['locate'],
): Promise<Refusal[]> {
  const lastReadings = [...new Set([...files].reverse())].reverse();
  const texts = await Promise.all(lastReadings.map(async (path) => ({ path, text: await readText(locate(path)) })));
  const originIn = (trouble: Trouble) =>
    trouble.variable === undefined
      ? placed(trouble)
      : originOf(trouble.variable, trouble.line, all[trouble.variable] ?? '', texts);
  return found.map((trouble): Refusal => {
    const alternatives = [trouble, ...(trouble.instead ?? [])].map((one) => ({
      message: `${one.message}.`,
      ...originIn(one),
    }));
    return alternatives.find(isOperators) ?? alternatives[0] ?? { message: trouble.message };
  });
}

/** A default that takes its value out of what an operator set is not where to correct it. */
const isOperators = ({ file }: Refusal): boolean => file !== undefined && basename(file) !== 'default.env';

const placed = ({ file, line }: Trouble) => ({
  ...(file === undefined ? {} : { file }),
  ...(line === undefined ? {} : { line }),
});

/** The very line of the value where the file has it as it is; else the one where the value begins. */
function originOf(
  name: string,
  line = 1,
  value: string,
  texts: readonly { path: string; text: string }[],
): Pick<Refusal, 'file' | 'line'> {
  const origin = findAssignment(name, texts);
  if (origin === undefined) return {};
  const text = texts.find(({ path }) => path === origin.file)?.text ?? '';
  const meant = (value.split('\n')[line - 1] ?? '').trim();
  const there = text.split('\n')[origin.line + line - 2] ?? '';
  return { ...origin, line: meant !== '' && there.includes(meant) ? origin.line + line - 1 : origin.line };
}

/** `FILE line N: …`, as far as the place is known. */
export const refusalSentence = ({ message, file, line }: Refusal): string =>
  file === undefined ? message : `${file}${line === undefined ? '' : ` line ${line}`}: ${message}`;
