/**
 * `backup:` of a component.yml:
 *
 *     backup:
 *       application:
 *         - { dump: postgres, container: postgres-magpie, name: magpiedb, stop: [magpie, twitcher] }
 *         - { dump: sqlite, container: canarie-api, file: /data/stats.db }
 *         - { dump: prometheus, container: prometheus, address: "http://127.0.0.1:9090/prometheus" }
 *         - { volume: grafana_persistence, stop: [grafana] }
 *       user:
 *         - { path: "${JUPYTERHUB_USER_DATA_DIR}", stop: [jupyterhub] }
 *         - { path: /data, container: canarie-api }   # of the container, below one of its mounts
 *       logs:
 *         - { volume: thredds_persistence, below: logs }
 *
 * Values may name variables of the configuration as `${NAME}`.
 */
import { z } from 'zod';
import { listOf, strictMap, text } from '../shared/yaml-schema.js';
import { DATA_KINDS, type DataKind, type Declaration, type Part } from './types.js';

const DATABASES = ['postgres', 'mongo', 'sqlite', 'prometheus'] as const;
type Database = (typeof DATABASES)[number];

const absolute = (what: string) =>
  text(what).refine((value) => /^[/$]/.test(value), { error: `should be absolute: ${what}` });
const containers = listOf(text('the name of a service or container'), 'services or containers ([web, db])');

const entry = strictMap({
  path: text('a path, absolute or from the stack directory').optional(),
  volume: text('the name of a volume').optional(),
  dump: z.enum(DATABASES, { error: `should be one of: ${DATABASES.join(', ')}` }).optional(),
  below: text('a path in the volume')
    .refine((value) => !value.split('/').includes('..'), { error: 'should not leave the volume' })
    .optional(),
  container: text('the service or container that runs the database, or has the path').optional(),
  as: text('a user of the container').optional(),
  name: text('the name of a database').optional(),
  user: text('a role of the database').optional(),
  file: absolute('a path in the container').optional(),
  address: text('an http(s) address as the container itself reaches it')
    .refine((value) => /^(https?:\/\/(?![^/]*@)|\$)/.test(value), {
      error: 'should be an http(s) address without user and password',
    })
    .optional(),
  directory: absolute('the data directory in the container').optional(),
  stop: containers.optional(),
}).superRefine((value, context) => {
  for (const message of mistakesOf(value)) context.addIssue({ code: 'custom', message });
});

type Entry = z.output<typeof entry>;
const entries = listOf(entry, 'maps (- volume: …)');

export const BackupSchema = strictMap({
  application: entries.optional(),
  user: entries.optional(),
  logs: entries.optional(),
});
export type BackupSection = z.output<typeof BackupSchema>;

/** What each database takes beside `container`, `as` and `stop`. */
const TAKES: Readonly<Record<Database, readonly (keyof Entry)[]>> = {
  postgres: ['name', 'user'],
  mongo: ['name'],
  sqlite: ['file'],
  prometheus: ['address', 'directory'],
};

function mistakesOf(value: Entry): string[] {
  const told = (['path', 'volume', 'dump'] as const).filter((key) => value[key] !== undefined);
  if (told.length !== 1) return ['should have one of path, volume and dump, and no two of them'];
  const { dump, container, stop } = value;
  const allowed =
    dump !== undefined ? ['container', 'as', ...TAKES[dump]] : value.path === undefined ? ['below'] : ['container'];
  const foreign = (['below', 'container', 'as', 'name', 'user', 'file', 'address', 'directory'] as const).filter(
    (key) => value[key] !== undefined && !allowed.includes(key),
  );
  return [
    ...(value.path === undefined || container === undefined ? [] : outside(value.path)),
    ...foreign.map((key) => `should have no ${key}, since it is a ${dump === undefined ? told[0] : `dump of ${dump}`}`),
    ...(dump !== undefined && container === undefined ? ['should name a container, since it is a dump'] : []),
    ...(dump === 'sqlite' && value.file === undefined ? ['should name a file, since it is a dump of sqlite'] : []),
    ...(dump === 'postgres' || dump === 'mongo' || dump === 'prometheus' ? stopsItself(container, stop) : []),
  ];
}

const outside = (path: string): string[] =>
  /^[/$]/.test(path) && !path.split('/').includes('..')
    ? []
    : ['should have an absolute path without "..", since it is one of a container'];

const stopsItself = (container: string | undefined, stop: readonly string[] | undefined): string[] =>
  container !== undefined && stop?.includes(container)
    ? [`should not stop ${container}, which makes the dump while it runs`]
    : [];

/** Pure. */
export function declarationOf(component: string, section: BackupSection): Declaration {
  const kinds = DATA_KINDS.flatMap((kind): [DataKind, Part[]][] => {
    const listed = section[kind];
    return listed === undefined ? [] : [[kind, listed.map(partOf)]];
  });
  return { component, ...Object.fromEntries(kinds) };
}

function partOf({ path, volume, dump, ...rest }: Entry): Part {
  // What is there beside it, and what is not, was checked when it was read.
  if (path !== undefined) return { kind: 'path', path, ...rest } as Part;
  if (volume !== undefined) return { kind: 'volume', volume, ...rest } as Part;
  return { kind: 'dump', database: dump, ...rest } as Part;
}
