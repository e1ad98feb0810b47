/** What Magpie answers: everything about others is for administrators. */
import { byRoutes, pauseFor, type Answer, type Handler, type Params, type Route, type Seen } from '../http.js';
import { at, inKind, kindOf, told, trailingSlash, unknown, type Told } from '../pyramid-json.js';
import { permissions, serviceInFull, serviceInList, serviceOfGroup, userInBrief, userInFull } from './formats.js';
import { grantsOf } from './may.js';
import { ADMINISTRATORS, ANONYMOUS, type MagpieService, type MagpieUser } from './model.js';
import { failed, makeUser, removeUser } from './people-routes.js';
import { challenge, sessionRoutes } from './session-routes.js';
import { groupsOf, isAdministrator, type Magpie } from './state.js';

/** prefix: what a proxy has not taken away. */
export function magpieHandler(magpie: Magpie, prefix = ''): Handler {
  const pathOf = (seen: Seen): string => seen.path.slice(prefix.length) || '/';
  const routes = byRoutes(
    [...sessionRoutes(magpie), ['GET', '/version', (seen) => version(magpie, seen)], ...adminRoutes(magpie, pathOf)],
    (seen, methods) => otherwise(seen, pathOf(seen), methods),
    pathOf,
  );
  return async (seen) => {
    const { delayMs, instead } = magpie.behaviour;
    await pauseFor(delayMs, seen);
    if (instead !== undefined) return { ...instead, headers: { 'content-type': 'text/html' } };
    const kind = kindOf(seen);
    if (kind === undefined) return told(seen, at(seen, pathOf(seen)), UNACCEPTABLE);
    const reply = await routes(seen);
    return typeof reply === 'string' ? reply : inKind(reply, kind);
  };
}

const UNACCEPTABLE = { status: 406, detail: "Unsupported Content-Type in 'Accept' header was specified." };

const version = (magpie: Magpie, seen: Seen): Answer =>
  told(seen, at(seen, '/version'), {
    status: 200,
    detail: 'Get version successful.',
    content: { version: magpie.version, db_version: '2025-04-14' },
  });

function otherwise(seen: Seen, path: string, methods: string[]): Answer {
  const place = at(seen, path);
  return path.endsWith('/') && path !== '/' ? trailingSlash(seen, place, false) : unknown(seen, place, methods);
}

type Found = (seen: Seen, params: Params) => Told;

function adminRoutes(magpie: Magpie, pathOf: (seen: Seen) => string): Route[] {
  const guarded =
    (found: Found, isOwn: (caller: MagpieUser | undefined, params: Params) => boolean = () => false): Route[2] =>
    (seen, params) => {
      const caller = magpie.caller(seen.cookie);
      const place = at(seen, pathOf(seen));
      if (isAdministrator(caller) || isOwn(caller, params)) return told(seen, place, found(seen, params));
      return caller === undefined
        ? told(seen, place, { ...UNAUTHORIZED, headers: { 'www-authenticate': challenge(seen) } })
        : told(seen, place, FORBIDDEN);
    };
  const ownEntry = (caller: MagpieUser | undefined, { user_name: name }: Params): boolean =>
    name === (caller?.name ?? ANONYMOUS);
  return [
    ['GET', '/users', guarded((seen) => users(magpie, seen))],
    ['POST', '/users', guarded((seen) => makeUser(magpie, seen))],
    ['DELETE', '/users/:user_name', guarded((_, params) => removeUser(magpie, params))],
    ['GET', '/users/:user_name', guarded((_, { user_name: name }) => oneUser(magpie, name), ownEntry)],
    ['GET', '/users/:user_name/groups', guarded((_, { user_name: name }) => groupsOfUser(magpie, name), ownEntry)],
    ...['GET', 'HEAD'].map((method): Route => {
      return [method, '/tmp/:token', (seen, params) => told(seen, at(seen, pathOf(seen)), failed(magpie, params))];
    }),
    ['GET', '/groups', guarded(() => groups(magpie))],
    ['GET', '/services', guarded((seen) => services(magpie, seen))],
    ['GET', '/services/:service_name', guarded((_, { service_name: name }) => oneService(magpie, name))],
    [
      'GET',
      '/groups/:group_name/services/:service_name/permissions',
      guarded((_, params) => ofGroup(magpie, params, justIt)),
    ],
    [
      'GET',
      '/groups/:group_name/services/:service_name/resources',
      guarded((_, params) => ofGroup(magpie, params, withRoutes)),
    ],
  ];
}

const UNAUTHORIZED = {
  status: 401,
  detail: 'Unauthorized access to this resource. Missing authentication headers or cookies.',
};
const FORBIDDEN = { status: 403, detail: 'Forbidden operation for this resource or insufficient user privileges.' };

function users(magpie: Magpie, { query }: Seen): Told {
  const wanted = query.get('status')?.toLowerCase();
  if (wanted !== undefined && !['ok', 'webhookerror', 'pending', 'all', '1', '2', '4'].includes(wanted)) {
    return { status: 400, detail: 'Invalid search parameter provided.' };
  }
  const fits = ({ status = 'OK' }: MagpieUser): boolean =>
    wanted === undefined ||
    wanted === 'all' ||
    wanted === status.toLowerCase() ||
    wanted === (status === 'OK' ? '1' : '2');
  const found = magpie.users.filter(fits).sort((a, b) => (a.name < b.name ? -1 : 1));
  const content = /^(true|1|yes|on|t|y)$/i.test(query.get('detail') ?? '')
    ? { users: found.map((user) => userInBrief(magpie, user)) }
    : { user_names: found.map(({ name }) => name) };
  return { status: 200, detail: 'Get users successful.', content };
}

const NO_USER = { status: 404, detail: 'User name not found.' };
const NO_SERVICE = { status: 404, detail: 'Service name not found.' };
const NO_GROUP = { status: 404, detail: 'Group name not found.' };

function oneUser(magpie: Magpie, name = ''): Told {
  const user = magpie.user(name);
  if (user === undefined) return NO_USER;
  return { status: 200, detail: 'Get user successful.', content: { user: userInFull(magpie, user) } };
}

function groupsOfUser(magpie: Magpie, name = ''): Told {
  const user = magpie.user(name);
  if (user === undefined) return NO_USER;
  return { status: 200, detail: 'Get user groups successful.', content: { group_names: groupsOf(user) } };
}

const groupNames = (magpie: Magpie): string[] =>
  [...new Set([ADMINISTRATORS, 'users', ...magpie.users.flatMap(groupsOf)])].sort();

const groups = (magpie: Magpie): Told => ({
  status: 200,
  detail: 'Get groups successful.',
  content: { group_names: groupNames(magpie) },
});

function services(magpie: Magpie, { query }: Seen): Told {
  const all = [...magpie.services].sort((a, b) => (a.name < b.name ? -1 : 1));
  const isFlat = ['flatten', 'flattened', 'list'].some((name) => /^(true|1)$/i.test(query.get(name) ?? ''));
  const content = isFlat
    ? all.map((service) => serviceInList(magpie, service))
    : Object.fromEntries(
        (['api', 'wps'] as const).map((type) => [
          type,
          Object.fromEntries(
            all.filter((one) => one.type === type).map((one) => [one.name, serviceInList(magpie, one)]),
          ),
        ]),
      );
  return { status: 200, detail: 'Get services successful.', content: { services: content } };
}

function oneService(magpie: Magpie, name = ''): Told {
  const service = magpie.service(name);
  if (service === undefined) return NO_SERVICE;
  return { status: 200, detail: 'Get service successful.', content: { service: serviceInFull(magpie, service) } };
}

type OfGroup = (magpie: Magpie, service: MagpieService, group: string) => Told;

function ofGroup(magpie: Magpie, { group_name: group = '', service_name: name = '' }: Params, tell: OfGroup): Told {
  if (!groupNames(magpie).includes(group)) return NO_GROUP;
  const service = magpie.service(name);
  return service === undefined ? NO_SERVICE : tell(magpie, service, group);
}

const justIt: OfGroup = (_, service, group) => ({
  status: 200,
  detail: 'Get group service permissions successful.',
  content: permissions(grantsOf(service, group), 'applied'),
});

const withRoutes: OfGroup = (magpie, service, group) => ({
  status: 200,
  detail: 'Get group service resources successful.',
  content: { service: serviceOfGroup(magpie, service, group) },
});
