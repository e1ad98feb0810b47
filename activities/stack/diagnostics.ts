/** What an operator should know of a configuration that reads. Pure. */
import { basename } from 'node:path';
import type { RenderedFile } from './view.js';
import { listedNames, type TemplateLists } from './templates.js';

/** error: nothing can be deployed. warning: it may not be what was meant. note: good to know. */
export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Diagnostic {
  readonly severity: Severity;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

type Variables = Readonly<Record<string, string>>;

/** `file`, `line`: where a variable is assigned, for messages. */
export type OriginOf = (name: string) => { file: string; line: number } | undefined;

/** Names of VARS without a value; one that is set and not exported is empty in every template. */
export function requiredDiagnostics(
  lists: TemplateLists,
  all: Variables,
  exported: Variables,
  originOf: OriginOf,
): Diagnostic[] {
  return lists.required.flatMap((name): Diagnostic[] => {
    if ((all[name] ?? '').trim() === '') {
      return [
        { severity: 'error', message: `${name} is required (it is listed in VARS) and empty: set it in env.local.` },
      ];
    }
    if (exported[name] !== undefined) return [];
    return [
      {
        severity: 'warning',
        message: `${name} is set but not exported: templates and compose see it empty. Write: export ${name}`,
        ...originOf(name),
      },
    ];
  });
}

export interface AliasUse {
  /** Deprecated name and the one that replaced it. */
  readonly pairs: readonly (readonly [old: string, replacement: string])[];
  /** The release knows deprecated names, and lets them count. */
  readonly known: boolean;
  readonly allowed: boolean;
}

/** Names that do nothing: those of a later release, and deprecated ones that are switched off. */
export function aliasDiagnostics(
  { pairs, known, allowed }: AliasUse,
  all: Variables,
  originOf: OriginOf,
): Diagnostic[] {
  if (known && allowed) return [];
  return pairs.flatMap(([old, replacement]): Diagnostic[] => {
    const [given, missing] = known ? [old, replacement] : [replacement, old];
    if (all[given] === undefined || (!known && all[missing] !== undefined) || all[given] === all[missing]) return [];
    const why = known
      ? 'deprecated names are switched off (BIRDHOUSE_BACKWARD_COMPATIBLE_ALLOWED)'
      : 'this release of birdhouse-deploy does not know that name yet';
    return [{ severity: 'warning', message: `${given} has no effect: ${why}. Write ${missing}.`, ...originOf(given) }];
  });
}

/** Two components of one name, of which one is meant. `components`: their directories. */
export function namesakeDiagnostics(components: readonly string[]): Diagnostic[] {
  const all = [...new Set(components)];
  return [...new Set(all.map((path) => basename(path)))].flatMap((name): Diagnostic[] => {
    const found = all.filter((path) => basename(path) === name);
    if (found.length === 1) return [];
    return [
      {
        severity: 'warning',
        message: `${found.length} components are called ${name}: ${found.join(', ')}. Compose merges their services. List the one that is meant.`,
      },
    ];
  });
}

/** Values that everybody knows: of `__DEFAULT__NAME`, as birdhouse-deploy marks what should be overridden. */
export function defaultDiagnostics(lists: TemplateLists, all: Variables): Diagnostic[] {
  const isDefault = (name: string) => {
    const known = all[`__DEFAULT__${name}`];
    return known !== undefined && known.trim() !== '' && all[name]?.trim() === known.trim();
  };
  return [
    ...lists.required.filter(isDefault).map((name): Diagnostic => ({
      severity: 'warning',
      message: `${name} has the value that the example recommends to change: whoever reads the example knows it. Set one of your own in env.local.`,
    })),
    ...lists.optional.filter(isDefault).map((name): Diagnostic => ({
      severity: 'note',
      message: `${name} has its default, which is meant to be overridden in env.local.`,
    })),
  ];
}

/** A value that still holds the reference of another variable, and is in no list that would have evaluated it. */
export function undelayedDiagnostics(all: Variables, exported: Variables, originOf: OriginOf): Diagnostic[] {
  const listed = new Set((all['DELAYED_EVAL'] ?? '').split(/\s+/));
  return Object.entries(exported).flatMap(([name, value]): Diagnostic[] => {
    if (LISTS.has(name) || listed.has(name)) return [];
    const found = [...value.matchAll(/\$\{([A-Za-z_]\w*)\}/g)].map(([, inner = '']) => inner);
    const known = found.find((inner) => all[inner] !== undefined);
    if (known === undefined) return [];
    return [
      {
        severity: 'note',
        message: `${name} holds the text \${${known}} and is not listed in DELAYED_EVAL: it stays as it is.`,
        ...originOf(name),
      },
    ];
  });
}

/** Lists of names, whose values are such texts. */
const LISTS = new Set(['VARS', 'OPTIONAL_VARS', 'DELAYED_EVAL']);

/** Names that a rendered file still holds although they are set: nobody lists them. */
export function unlistedDiagnostics(
  rendered: readonly RenderedFile[],
  exported: Variables,
  lists: TemplateLists,
): Diagnostic[] {
  const listed = new Set([...lists.required, ...lists.optional]);
  return rendered.flatMap(({ path, text }) => {
    const names = listedNames(text.toString('latin1').replace(/\$\$\{?\w*/g, '')).filter(
      (name) => exported[name] !== undefined && !listed.has(name) && /^[A-Z]/.test(name) && !OF_SHELLS.has(name),
    );
    if (names.length === 0) return [];
    return [
      {
        severity: 'note' as const,
        message: `The template uses ${names.join(', ')}, which ${names.length === 1 ? 'is' : 'are'} set and in neither VARS nor OPTIONAL_VARS: the text stays as it is.`,
        file: `${path}.template`,
      },
    ];
  });
}

/** What scripts in templates mean to find where they run. */
const OF_SHELLS = new Set(['HOME', 'PATH', 'PWD', 'USER', 'HOSTNAME', 'SHELL', 'TERM', 'LANG', 'COMPOSE_DIR']);

/** Errors first, otherwise as they were found. */
export const sorted = (diagnostics: readonly Diagnostic[]): Diagnostic[] =>
  SEVERITIES.flatMap((severity) => diagnostics.filter((diagnostic) => diagnostic.severity === severity));
