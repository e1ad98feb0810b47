/** The product, or the doubles, as JavaScript, for tests that need them in a process of their own. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['activities', 'bin', 'client', 'worker', 'workflows'];

export interface Compiled {
  /** Holds the folders under their own names. */
  dir: string;
  remove(): Promise<void>;
}

export const compileProduct = (): Promise<Compiled> => compileFolders(FOLDERS);

/** They need no packages: what is in `dir` can be copied anywhere, `node test/support/doubles/weaver/main.js` runs there. */
export const compileDoubles = (): Promise<Compiled> => compileFolders([join('test', 'support', 'doubles')]);

/** Without checking types: that is the business of another suite, and a whole build takes longer than these tests. */
async function compileFolders(folders: readonly string[]): Promise<Compiled> {
  // Below node_modules, so that packages are found from there and nothing of git, lint or a build looks in.
  const dir = join(ROOT, 'node_modules', '.cache', 'birdkeeper-test', randomUUID());
  const names = await Promise.all(folders.map((folder) => readdir(join(ROOT, folder), { recursive: true })));
  const files = names.flatMap((found, i) => found.map((name) => join(folders[i] ?? '', name)));
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'package.json'), '{"type":"module"}\n');
  await Promise.all(files.filter((file) => file.endsWith('.ts')).map((file) => compile(file, dir)));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

async function compile(file: string, dir: string): Promise<void> {
  const source = await readFile(join(ROOT, file), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    fileName: relative(ROOT, file),
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true },
  });
  const target = join(dir, file.replace(/\.ts$/, '.js'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, outputText);
}
