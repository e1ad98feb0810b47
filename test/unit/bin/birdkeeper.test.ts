import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

describe('bin/birdkeeper', () => {
  it('loads neither Temporal nor Docker nor winston nor zod before a command is chosen', async () => {
    const packages = await staticPackages(fileURLToPath(new URL('../../../bin/birdkeeper.ts', import.meta.url)));
    expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual(['commander']);
  });
});

/** Packages that a module imports when it is loaded, its own modules followed. Types and `import()` do not count. */
async function staticPackages(file: string, seen = new Set<string>()): Promise<Set<string>> {
  const found = new Set<string>();
  if (seen.has(file)) return found;
  seen.add(file);
  const source = ts.createSourceFile(file, await readFile(file, 'utf8'), ts.ScriptTarget.ES2022);
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const from = statement.moduleSpecifier;
    if (!from || !ts.isStringLiteral(from) || isTypeOnly(statement)) continue;
    if (!from.text.startsWith('.')) found.add(from.text);
    else {
      const next = resolve(dirname(file), from.text.replace(/\.js$/, '.ts'));
      for (const name of await staticPackages(next, seen)) found.add(name);
    }
  }
  return found;
}

function isTypeOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  return statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}
