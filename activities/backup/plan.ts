/** Which parts a run backs up. Pure. */
import { nameVariables } from './variables.js';
import { DATA_KINDS, type DataKind, type Declaration, type Part, type PlannedPart, type Selection } from './types.js';

export interface PlanRequest {
  readonly declarations: readonly Declaration[];
  readonly selection: Selection;
  /** For `${NAME}` in declarations. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Either; problems are sentences without a full stop. */
export type BackupPlan =
  | { readonly parts: readonly PlannedPart[]; readonly problems?: never }
  | { readonly problems: readonly string[]; readonly parts?: never };

/**
 * Parts in the order of the declarations. An empty selection, a selected component that declares no such data and a
 * variable that has no value are problems: each of them would make a snapshot that holds less than who asked believes.
 */
export function planBackup({ declarations, selection, variables }: PlanRequest): BackupPlan {
  const chosen = DATA_KINDS.flatMap((data) => choose(data, declarations, selection[data]));
  const problems = [...new Set(chosen.flatMap((found) => (typeof found === 'string' ? [found] : [])))];
  const parts = chosen.flatMap((found) => (typeof found === 'string' ? [] : [found]));
  if (problems.length === 0 && parts.length === 0) return { problems: [nothing(declarations, selection)] };

  const named = parts.map((planned) => ({ ...planned, part: nameVariables(planned.part, variables) }));
  const unnamed = named.flatMap(({ key, part }) =>
    Array.isArray(part) ? part.map((name) => [key, name] as const) : [],
  );
  problems.push(...unnamed.map(([key, name]) => `${key} names the variable ${name}, which has no value`));
  if (problems.length > 0) return { problems };
  return {
    parts: withoutRepetition(named.flatMap((each) => (Array.isArray(each.part) ? [] : [{ ...each, part: each.part }]))),
  };
}

function choose(
  data: DataKind,
  declarations: readonly Declaration[],
  names: '*' | readonly string[] | undefined,
): (PlannedPart | string)[] {
  const having = declarations.filter((declaration) => (declaration[data] ?? []).length > 0);
  const all = names === '*' || names?.includes('*') === true;
  const wanted = all ? having : having.filter(({ component }) => names?.includes(component));
  const unknown = all ? [] : (names ?? []).filter((name) => !having.some(({ component }) => component === name));
  const known = having.map(({ component }) => component).join(', ') || 'none does';
  return [
    ...unknown.map((name) => `no component ${name} declares ${data} data (these do: ${known})`),
    ...wanted.flatMap((declaration) =>
      (declaration[data] ?? []).map((part, at) => ({
        key: `${declaration.component}/${data}/${at + 1}`,
        component: declaration.component,
        data,
        part,
      })),
    ),
  ];
}

function nothing(declarations: readonly Declaration[], selection: Selection): string {
  const kinds = DATA_KINDS.filter((kind) => (selection[kind] ?? []).length > 0);
  if (kinds.length === 0) return 'the selection is empty (application, user or logs: names of components, or *)';
  return `none of ${declarations.length} components declares ${kinds.join(' or ')} data`;
}

/** Birds share a database server, and a component may be listed twice: what is the same is copied once. */
function withoutRepetition(parts: readonly PlannedPart[]): PlannedPart[] {
  const kept = new Map<string, PlannedPart>();
  for (const planned of parts) {
    const { stop = [], ...rest } = planned.part;
    const mark = JSON.stringify(Object.entries(rest).sort(([a], [b]) => a.localeCompare(b)));
    const first = kept.get(mark);
    const all = [...new Set([...(first?.part.stop ?? []), ...stop])];
    const part = all.length === 0 ? planned.part : { ...planned.part, stop: all };
    kept.set(mark, { ...(first ?? planned), part });
  }
  return [...kept.values()];
}

/** Containers of dumps and of what is stopped, each once. */
export function containersOf(parts: readonly { readonly part: Part }[]): string[] {
  return [
    ...new Set(
      parts.flatMap(({ part }) => [
        ...(part.kind === 'volume' || part.container === undefined ? [] : [part.container]),
        ...(part.stop ?? []),
      ]),
    ),
  ];
}

/** What is stopped while restic reads: a dump has ended by then. */
export const stoppedWhileCopied = (parts: readonly { readonly part: Part }[]): string[] => [
  ...new Set(parts.flatMap(({ part }) => (part.kind === 'dump' ? [] : (part.stop ?? [])))),
];

/**
 * Word for what a snapshot was selected to hold, such as `application:*+user:cowbird.jupyterhub`. A policy counts snapshots
 * of one selection only: a daily one of users' data must not push out the daily one of the databases.
 */
export function selectionWord(selection: Selection): string {
  return DATA_KINDS.flatMap((kind) => {
    const names = selection[kind];
    if (names === undefined || names.length === 0) return [];
    const all = names === '*' || names.includes('*');
    return [`${kind}:${all ? '*' : [...new Set(names)].sort().join('.').replaceAll(/[,\s]/g, '_')}`];
  }).join('+');
}
