/** Finds the templates of a view and renders them in memory. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { renderTemplate, targetOf, TEMPLATE_SUFFIX, type TemplateLists } from './templates.js';
import type { RenderedFile } from './view.js';

export interface RenderSource {
  components: readonly string[];
  lists: TemplateLists;
  /** The exported variables. */
  values: Readonly<Record<string, string>>;
  locate: (livePath: string) => string;
  /** Live paths at which a link of ours stands for a directory; other links are not walked into. */
  standIns: ReadonlySet<string>;
}

/** One file per `*.template` below the component directories; a later component's template of the same path is the same. */
export async function renderAll(source: RenderSource): Promise<RenderedFile[]> {
  const found = (await Promise.all(source.components.map((dir) => templatesBelow(dir, source)))).flat();
  return Promise.all([...new Set(found)].sort().map((template) => renderOne(template, source)));
}

/** Walks by live paths, so that a checkout or a bound directory inside is read where its content lies. */
async function templatesBelow(livePath: string, source: RenderSource): Promise<string[]> {
  const entries = await readdir(source.locate(livePath), { withFileTypes: true });
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

async function renderOne(template: string, { lists, values, locate }: RenderSource): Promise<RenderedFile> {
  const from = locate(template);
  const path = targetOf(template);
  // What is there keeps its mode, as a shell that writes into the file would; a new file takes the template's.
  const model = await stat(locate(path)).catch(() => stat(from));
  return { path, text: renderTemplate(await readFile(from), lists, values), mode: model.mode & 0o7777 };
}
