/** Finds the templates of a view and renders them in memory. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { isMissing, unlessMissing } from '../shared/files.js';
import { renderTemplate, targetOf, TEMPLATE_SUFFIX, type TemplateLists } from './templates.js';
import type { RenderedFile } from './view.js';

export interface TemplateSource {
  /** Directories, live paths; one that does not exist holds none. */
  directories: readonly string[];
  locate: (livePath: string) => string;
  /** Live paths at which a link of ours stands for a directory; other links are not walked into. */
  standIns: ReadonlySet<string>;
}

export interface Template {
  /** Live path of the rendered file. */
  readonly path: string;
  readonly text: Buffer;
  /** Of the file that is there already, or of the template. */
  readonly mode: number;
}

/** One per `*.template` below the directories; the same path found twice is one. */
export async function findTemplates(source: TemplateSource): Promise<Template[]> {
  const found = (await Promise.all(source.directories.map((dir) => templatesBelow(dir, source)))).flat();
  return Promise.all([...new Set(found)].sort().map((template) => readTemplate(template, source)));
}

/** `values`: the exported variables. */
export const render = (
  templates: readonly Template[],
  lists: TemplateLists,
  values: Readonly<Record<string, string>>,
): RenderedFile[] => templates.map((template) => ({ ...template, text: renderTemplate(template.text, lists, values) }));

/** Walks by live paths, so that a checkout or a bound directory inside is read where its content lies. */
async function templatesBelow(livePath: string, source: TemplateSource): Promise<string[]> {
  const entries = await readdir(source.locate(livePath), { withFileTypes: true }).catch(noneIfMissing);
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(livePath, entry.name);
      if (entry.isDirectory() || source.standIns.has(path)) {
        return entry.name === '.git' ? [] : templatesBelow(path, source);
      }
      return entry.name.endsWith(TEMPLATE_SUFFIX) && entry.name !== TEMPLATE_SUFFIX ? [path] : [];
    }),
  );
  return found.flat();
}

function noneIfMissing(error: unknown): [] {
  if (isMissing(error)) return [];
  throw error;
}

async function readTemplate(template: string, { locate }: TemplateSource): Promise<Template> {
  const from = locate(template);
  const path = targetOf(template);
  const text = await readFile(from).catch((error: unknown) => {
    throw new StepFailure(
      FAILURES.configuration,
      `${template} cannot be read (${messageOf(error)}). A template is a file, or a link to one.`,
    );
  });
  // What is there keeps its mode, as a shell that writes into the file would; a new file takes the template's.
  const present = await unlessMissing(stat(locate(path)));
  const model = present?.isFile() ? present : await stat(from);
  return { path, text, mode: model.mode & 0o7777 };
}
