/** The JSON of dashboards against the types that Grafana publishes, by the TypeScript compiler. */
import { join } from 'node:path';
import ts from 'typescript';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};
/** On the line on which the JSON begins, so that lines are those of the file. */
const BEFORE =
  "import type { PublishedDashboard } from './published.js'; export const dashboard: PublishedDashboard = ";

/** `texts`: name of the file → JSON. What is wrong, of each, as sentences; one compilation for all of them. */
export function typeCheck(texts: Readonly<Record<string, string>>): Record<string, string[]> {
  const names = Object.keys(texts);
  const paths = new Map(names.map((name, index) => [join(import.meta.dirname, `checked-${index}.ts`), name]));
  const host = ts.createCompilerHost(OPTIONS);
  const before = { ...host };
  host.fileExists = (path) => paths.has(path) || before.fileExists(path);
  host.getSourceFile = (path, ...rest) => {
    const name = paths.get(path);
    if (name === undefined) return before.getSourceFile(path, ...rest);
    return ts.createSourceFile(path, `${BEFORE}${texts[name]?.trimEnd()};\n`, rest[0], true);
  };
  const program = ts.createProgram([...paths.keys()], OPTIONS, host);
  return Object.fromEntries(
    [...paths].map(([path, name]) => {
      const file = program.getSourceFile(path);
      const found = file ? [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)] : [];
      return [name, found.map((diagnostic) => sentence(name, diagnostic))];
    }),
  );
}

function sentence(name: string, { file, start, messageText }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
  return `${name}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}
