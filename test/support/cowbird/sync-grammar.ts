/**
 * Judges `sync_permissions` of a configuration of Cowbird as Cowbird does when it starts, which it does not at any of these faults.
 * Source of the rules: `cowbird/config.py` (validate_sync_perm_config_schema, validate_sync_config), and Magpie's types of services
 * and resources, of which a point of another type never matches. Pure.
 */
import { z } from 'zod';

const Segment = z
  .strictObject({
    name: z.string().optional(),
    regex: z.string().optional(),
    type: z.string(),
    field: z.string().optional(),
  })
  .refine(({ name, regex }) => (name === undefined) !== (regex === undefined), 'either name or regex');
const Point = z.strictObject({
  services: z.record(z.string(), z.record(z.string(), z.array(Segment))),
  permissions_mapping: z.array(z.string()),
});
export const SyncPermissions = z.record(z.string(), Point);
type Point = z.output<typeof Point>;

/** Types of services, and what may be below them, in any release of Magpie with Cowbird. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  access: [],
  api: ['route'],
  geoserver: ['workspace', 'layer', 'process'],
  thredds: ['directory', 'file'],
  wps: ['process'],
};

/** Sentences; none: Cowbird takes it. Throws where it is not of the form. */
export const syncFaults = (given: unknown): string[] =>
  Object.entries(SyncPermissions.parse(given)).flatMap(([name, point]) =>
    [...resourceFaults(point), ...mappingFaults(point)].map((fault) => `${name}: ${fault}`),
  );

interface Path {
  names: readonly string[];
  hasAny: boolean;
}

function resourceFaults({ services }: Point): string[] {
  const keys = Object.values(services).flatMap((resources) => Object.keys(resources));
  return [
    ...Object.keys(services)
      .filter((type) => TYPES[type] === undefined)
      .map((type) => `${type} is no type of services`),
    ...keys.filter((key, at) => keys.indexOf(key) !== at).map((key) => `${key} is there twice`),
    ...Object.entries(services).flatMap(([type, resources]) =>
      Object.entries(resources).flatMap(([key, segments]) =>
        pathFaults(type, segments).map((fault) => `${key} ${fault}`),
      ),
    ),
  ];
}

function pathFaults(type: string, segments: readonly z.output<typeof Segment>[]): string[] {
  const names = variablesOf(segments);
  const [first, ...below] = segments;
  const others = below.filter((segment) => !(TYPES[type] ?? []).includes(segment.type));
  return [
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `has {${name}} twice`),
    ...(segments.filter(isAny).length > 1 ? ['has ** twice'] : []),
    ...(first?.type === 'service' ? [] : ['does not begin at a service']),
    ...others.map((segment) => `has a ${segment.type}, which is not below a service of type ${type}`),
  ];
}

const isAny = ({ name }: z.output<typeof Segment>): boolean => name === '**';

const variablesOf = (segments: readonly z.output<typeof Segment>[]): string[] =>
  segments.flatMap(({ name }) => /^\{\s*(\w+)\s*\}$/.exec(name ?? '')?.[1] ?? []);

const PERMISSIONS = String.raw`([\w-]+|\[\s*[\w-]+(?:\s*,\s*[\w-]+)*\s*\])`;
const MAPPING = new RegExp(String.raw`^(\w+)\s*:\s*${PERMISSIONS}\s*(<->|<-|->)\s*(\w+)\s*:\s*${PERMISSIONS}$`);

const mappingFaults = (point: Point): string[] =>
  point.permissions_mapping.flatMap((mapping) => faultsOf(mapping, point).map((fault) => `"${mapping}" ${fault}`));

function faultsOf(mapping: string, { services }: Point): string[] {
  const [, left = '', allowedLeft = '', arrow, right = '', allowedRight = ''] = MAPPING.exec(mapping) ?? [];
  if (arrow === undefined) return ['is not of the form "KEY : permissions arrow KEY : permissions"'];
  const paths = new Map<string, Path>(
    Object.values(services).flatMap((resources) =>
      Object.entries(resources).map(([key, segments]) => [
        key,
        { names: variablesOf(segments), hasAny: segments.some(isAny) },
      ]),
    ),
  );
  const unknown = [left, right].filter((key) => !paths.has(key)).map((key) => `names ${key}, which is nowhere`);
  const permissions = [allowedLeft, allowedRight]
    .flatMap((text) => text.match(/[\w-]+/g) ?? [])
    .filter((text) => !/^\w+(-match|-(allow|deny)-(match|recursive))?$/.test(text));
  const faults = [...unknown, ...permissions.map((text) => `has ${text}, which is no permission`)];
  const [one, other] = [paths.get(left), paths.get(right)];
  if (one === undefined || other === undefined) return faults;
  if (arrow === '<->') return [...faults, ...bothWays(one, other)];
  return [...faults, ...(arrow === '->' ? oneWay(one, other) : oneWay(other, one))];
}

function bothWays(one: Path, other: Path): string[] {
  const isSame = [...one.names].sort().join(' ') === [...other.names].sort().join(' ');
  return [
    ...(isSame ? [] : ['has not the same names on both sides']),
    ...(one.hasAny === other.hasAny ? [] : ['has ** on one side only']),
  ];
}

function oneWay(source: Path, target: Path): string[] {
  const missing = target.names.filter((name) => !source.names.includes(name));
  return [
    ...missing.map((name) => `does not know {${name}} from where it begins`),
    ...(target.hasAny && !source.hasAny ? ['has ** at its end only'] : []),
  ];
}
