/**
 * The list of what is deployed as notebooks:
 *
 *     sources:
 *       - { name: lessons, git: "https://git.example.org/lessons.git", branch: "${LESSONS_BRANCH:-main}" }
 *       - { name: extra, archive: "https://example.org/extra.tar.gz", sha256: … }   # .tar.gz, .tgz, .tar or .zip
 *     maps:                                      # in order: of two files for one place the later one is taken
 *       - { source: lessons, from: docs/*.ipynb, to: lessons }
 *       - { source: extra, from: pages, to: ., include: ["**\/*.ipynb"], exclude: ["old/**"], optional: true }
 *     limits: { total: 2G, file: 200M }          # of what is deployed
 *
 * In a branch `${NAME}` and `${NAME:-otherwise}` are the variables of the stack; nothing else is expanded, nothing is run. Pure.
 */
import { z } from 'zod';
import { located, mistakesIn, sentences, type Mistake } from '../shared/yaml-mistakes.js';
import { listOf, strictMap } from '../shared/yaml-schema.js';
import { readYaml } from '../shared/yaml-text.js';
import { hasTooManyStars, MOST_STARS } from './glob.js';
import { parseSize } from './size.js';

export interface NotebookList {
  readonly sources: readonly ListedSource[];
  readonly maps: readonly NotebookMap[];
  readonly limits: { readonly total: number; readonly file: number };
}

export type ListedSource = GitSource | ArchiveSource;

export interface GitSource {
  readonly name: string;
  readonly git: string;
  /** Undefined: the one that the repository itself names. */
  readonly branch?: string | undefined;
}

export interface ArchiveSource {
  readonly name: string;
  readonly archive: string;
  /** In lower case. */
  readonly sha256?: string | undefined;
}

export interface NotebookMap {
  /** Name of the source. */
  readonly source: string;
  readonly from: string;
  /** Directory below the target; `.` is the target. */
  readonly to: string;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** Nothing need be found. */
  readonly optional?: boolean | undefined;
}

/** Notebooks with pictures in them, and the data of a training. */
export const DEFAULT_LIMITS = { total: 2 * 1024 ** 3, file: 200 * 1024 ** 2 } as const;

const text = (what: string, is: (value: string) => boolean) =>
  z
    .string({ error: `should be ${what}` })
    .max(2000, 'is too long')
    .refine((value) => value !== '' && !/[\0\n]/.test(value) && is(value), `should be ${what}`);

const isInside = (path: string): boolean => !path.startsWith('/') && !path.split('/').includes('..');
const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

const name = text('a name of letters, digits, ".", "_" and "-"', (value) => /^[a-z0-9][\w.-]{0,63}$/i.test(value));
const pattern = text('a path or pattern without ".." and "/" in front', isInside).refine(
  (value) => !hasTooManyStars(value),
  `should have at most ${MOST_STARS} stars in a name, and "**" at most as often`,
);
const SIZE = 'should be a size (200M, 2G, or bytes)';
const size = z.union([z.number(), z.string()], { error: SIZE }).transform((value, context) => {
  const bytes = parseSize(value);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: 'custom', message: SIZE });
  return z.NEVER;
});

const ARCHIVE = /\.(tar\.gz|tgz|tar|zip)$/i;
const source = strictMap({
  name,
  git: text('the address of a git repository', (value) => !/^-|\s|^[\w+]+::/.test(value)).optional(),
  branch: text('the name of a branch, or ${NAME:-branch}', (value) => !/^-|\s/.test(value)).optional(),
  archive: text(
    'an http(s) address that ends in .tar.gz, .tgz, .tar or .zip',
    (value) => isHttp(value) && ARCHIVE.test(new URL(value).pathname),
  ).optional(),
  sha256: text('64 hexadecimal digits', (value) => /^[0-9a-f]{64}$/i.test(value)).optional(),
});

const MOST_SOURCES = 50;
const MOST_MAPS = 500;

const ListSchema = strictMap({
  sources: listOf(source, 'maps (- name: …)')
    .min(1, 'should name a source')
    .max(MOST_SOURCES, `should name at most ${MOST_SOURCES} sources`),
  maps: listOf(
    strictMap({
      source: name,
      from: pattern,
      to: pattern,
      include: listOf(pattern, 'patterns').optional(),
      exclude: listOf(pattern, 'patterns').optional(),
      optional: z.boolean({ error: 'should be true or false' }).optional(),
    }),
    'maps (- source: …)',
  )
    .min(1, 'should have a map')
    .max(MOST_MAPS, `should have at most ${MOST_MAPS} maps`),
  limits: strictMap({ total: size.optional(), file: size.optional() }).optional(),
});
type Written = z.output<typeof ListSchema>;

/** Problems are sentences, `FILE line N: sources[0].git: should be …`, in the order of the text. */
export type ParsedList = { list: NotebookList; problems?: never } | { problems: string[]; list?: never };

/** `file`: what messages call it. Never throws. */
export function parseList(bytes: Buffer, file: string, variables: Readonly<Record<string, string>>): ParsedList {
  const yaml = readYaml(bytes);
  if (yaml.problems.length > 0) return { problems: sentences(yaml.problems, file) };
  const result = ListSchema.safeParse(yaml.value ?? {});
  const mistakes = result.success ? togetherWrong(result.data, variables) : mistakesIn(result.error, ListSchema);
  if (mistakes.length > 0 || !result.success) return { problems: sentences(located(mistakes, yaml), file) };
  const { sources, maps, limits } = result.data;
  return {
    list: {
      sources: sources.map((each) => listed(each, variables)),
      maps,
      limits: { total: limits?.total ?? DEFAULT_LIMITS.total, file: limits?.file ?? DEFAULT_LIMITS.file },
    },
  };
}

function listed(written: Written['sources'][number], variables: Readonly<Record<string, string>>): ListedSource {
  const { git = '', branch, archive, sha256 } = written;
  if (archive !== undefined) return { name: written.name, archive, sha256: sha256?.toLowerCase() };
  const expanded = branch === undefined ? undefined : expand(branch, variables);
  return { name: written.name, git, branch: expanded === '' ? undefined : expanded };
}

/** What single values do not show. */
function togetherWrong({ sources, maps }: Written, variables: Readonly<Record<string, string>>): Mistake[] {
  const names = sources.map((each) => each.name.toLowerCase());
  const used = maps.map((map) => map.source.toLowerCase());
  return [
    ...sources.flatMap((each, at): Mistake[] => {
      const path = ['sources', at];
      const branch = expand(each.branch ?? '', variables);
      return [
        ...((each.git === undefined) === (each.archive === undefined)
          ? [{ path, message: 'should have git or archive' }]
          : []),
        ...(each.git === undefined && each.branch !== undefined
          ? [{ path, key: 'branch', message: 'is for git: an archive has none' }]
          : []),
        ...(each.archive === undefined && each.sha256 !== undefined
          ? [{ path, key: 'sha256', message: 'is for an archive: git has commits' }]
          : []),
        ...(/^-|\s|\$\{/.test(branch)
          ? [{ path, key: 'branch', message: 'should be a branch once ${NAME} and ${NAME:-branch} are expanded' }]
          : []),
        ...(names.indexOf(each.name.toLowerCase()) < at
          ? [{ path, key: 'name', message: 'is the name of another source above' }]
          : []),
        ...(used.includes(each.name.toLowerCase()) ? [] : [{ path, message: 'is used by no map' }]),
      ];
    }),
    ...maps.flatMap((map, at): Mistake[] =>
      sources.some((each) => each.name === map.source)
        ? []
        : [{ path: ['maps', at], key: 'source', message: `should be the name of a source (${listNames(sources)})` }],
    ),
  ];
}

const listNames = (sources: Written['sources']): string => sources.map((each) => each.name).join(', ');

/** As a shell does: the otherwise also stands for an empty variable. */
export const expand = (value: string, variables: Readonly<Record<string, string>>): string =>
  value.replace(/\$\{([A-Za-z_]\w*)(?::-([^${}]*))?\}/g, (_, variable: string, otherwise: string | undefined) => {
    const set = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
    return set === undefined || set === '' ? (otherwise ?? '') : set;
  });
