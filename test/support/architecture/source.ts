/** What a source file imports, exports and reads, by the TypeScript parser. */
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  path: string;
  text: string;
}

export interface Import {
  /** A path of ours with its extension as on disk (`workflows/contract.ts`), or the name of a package. */
  target: string;
  ours: boolean;
  /** type: leaves no trace in what runs. */
  kind: 'value' | 'type';
}

export interface Module extends SourceFile {
  imports: Import[];
  hasDefaultExport: boolean;
  readsEnvironment: boolean;
  /** First argument of the first `describe` at the top level. */
  rootDescribe?: string;
}

export function parse(file: SourceFile): Module {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const found: Omit<Module, keyof SourceFile> = { imports: [], hasDefaultExport: false, readsEnvironment: false };
  const visit = (node: ts.Node): void => {
    const imported = importOf(node);
    if (imported) found.imports.push({ ...resolveTarget(file.path, imported.specifier), kind: imported.kind });
    found.hasDefaultExport ||= isDefaultExport(node);
    found.readsEnvironment ||= isEnvironment(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const rootDescribe = source.statements.flatMap((statement) => describedBy(statement) ?? [])[0];
  return { ...file, ...found, ...(rootDescribe === undefined ? {} : { rootDescribe }) };
}

function importOf(node: ts.Node): { specifier: string; kind: Import['kind'] } | undefined {
  if (ts.isImportDeclaration(node)) {
    // `import { type X }` without the leading `type` still loads the module.
    return specifierOf(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return specifierOf(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return specifierOf(node.argument.literal, true);
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    return specifierOf(node.moduleReference.expression, node.isTypeOnly);
  }
  if (ts.isCallExpression(node) && isLoader(node.expression)) return specifierOf(node.arguments[0], false);
  return undefined;
}

const isLoader = (node: ts.Expression): boolean =>
  node.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node) && node.text === 'require');

function specifierOf(node: ts.Node | undefined, typeOnly: boolean) {
  if (!node || !ts.isStringLiteralLike(node)) return undefined;
  return { specifier: node.text, kind: typeOnly ? ('type' as const) : ('value' as const) };
}

function resolveTarget(from: string, specifier: string): { target: string; ours: boolean } {
  if (specifier.startsWith('.')) {
    return { target: join(dirname(from), specifier).replace(/\.js$/, '.ts'), ours: true };
  }
  const [first = '', second = ''] = specifier.replace(/^node:/, '').split('/');
  return { target: first.startsWith('@') ? `${first}/${second}` : first, ours: false };
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
  );
}

/** `process.env` in any spelling that does not hide on purpose. */
function isEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return isProcess(node.expression) && node.name.text === 'env';
  if (ts.isElementAccessExpression(node)) {
    return (
      isProcess(node.expression) &&
      ts.isStringLiteralLike(node.argumentExpression) &&
      node.argumentExpression.text === 'env'
    );
  }
  if (ts.isVariableDeclaration(node) && node.initializer && isProcess(node.initializer)) return true;
  return ts.isImportDeclaration(node) && /^(node:)?process$/.test((node.moduleSpecifier as ts.StringLiteral).text);
}

const isProcess = (node: ts.Expression): boolean =>
  (ts.isIdentifier(node) && node.text === 'process') ||
  (ts.isPropertyAccessExpression(node) && node.name.text === 'process' && node.expression.getText() === 'globalThis');

function describedBy(statement: ts.Statement): string | undefined {
  if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) return undefined;
  const { expression, arguments: given } = statement.expression;
  const [title] = given;
  // describe(…), describe.skipIf(…)(…)
  if (!/^describe\b/.test(expression.getText()) || !title || !ts.isStringLiteralLike(title)) return undefined;
  return title.text;
}
