/** How Magpie writes people, services and permissions. */
import { grantsOf } from './may.js';
import { ANONYMOUS, type Grant, type MagpieService, type MagpieUser } from './model.js';
import { groupsOf, type Magpie } from './state.js';

export const userInBrief = (magpie: Magpie, user: MagpieUser) => ({
  user_name: user.name,
  email: user.email ?? `${user.name}@mail.com`,
  status: user.status ?? 'OK',
  // Special users, which nobody can be, have no number.
  ...(user.name === ANONYMOUS ? {} : { user_id: magpie.idOf(`user ${user.name}`) }),
});

export const userInFull = (magpie: Magpie, user: MagpieUser) => {
  const { user_name, email, status, ...id } = userInBrief(magpie, user);
  return { user_name, email, status, group_names: groupsOf(user), has_pending_group: false, ...id };
};

/** `read-match` stands for `read-allow-match` and `read` for `read-allow-recursive`: both are written. */
export function permissions(grants: readonly Grant[], type: 'allowed' | 'applied') {
  const full = [...grants]
    .map(({ permission, access = 'allow', scope = 'recursive' }) => ({ name: permission, access, scope, type }))
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  return {
    permission_names: full.flatMap((one) => {
      if (one.access === 'deny') return [nameOf(one)];
      return [one.scope === 'match' ? `${one.name}-match` : one.name, nameOf(one)];
    }),
    permissions: full,
  };
}

const nameOf = ({ name, access, scope }: { name: string; access: string; scope: string }): string =>
  `${name}-${access}-${scope}`;

const KINDS = {
  api: { names: ['read', 'write'], resources: 'route', hasChildren: true },
  wps: { names: ['describeprocess', 'execute', 'getcapabilities'], resources: 'process', hasChildren: true },
} as const;

const allowed = ({ type }: MagpieService): Grant[] =>
  KINDS[type].names.flatMap((permission) =>
    (['allow', 'deny'] as const).flatMap((access) =>
      (['match', 'recursive'] as const).map((scope) => ({ group: '', permission, access, scope })),
    ),
  );

const idOf = (magpie: Magpie, { name }: MagpieService): number => magpie.idOf(`service ${name}`);

const serviceHead = (magpie: Magpie, service: MagpieService) => ({
  service_name: service.name,
  service_type: service.type,
  service_sync_type: service.type,
  service_configurable: false,
  resource_id: idOf(magpie, service),
  public_url: `${magpie.publicUrl}/twitcher/ows/proxy/${service.name}`,
});

export const serviceInList = (magpie: Magpie, service: MagpieService) => ({
  ...serviceHead(magpie, service),
  service_url: service.url,
  ...permissions(allowed(service), 'allowed'),
});

export const serviceInFull = (magpie: Magpie, service: MagpieService) => {
  const kind = KINDS[service.type];
  return {
    ...serviceHead(magpie, service),
    service_url: service.url,
    configuration: null,
    ...permissions(allowed(service), 'allowed'),
    resource_child_allowed: kind.hasChildren,
    resource_types_allowed: [kind.resources],
    resource_structure_allowed: service.type === 'api' ? { route: ['route'], service: ['route'] } : {},
  };
};

/** What a group has on a service and below it: only branches on which it has something. */
export const serviceOfGroup = (magpie: Magpie, service: MagpieService, group: string) => ({
  ...serviceHead(magpie, service),
  ...permissions(grantsOf(service, group), 'applied'),
  resources: resources(magpie, service, group, ''),
});

function resources(magpie: Magpie, service: MagpieService, group: string, parent: string): Record<string, unknown> {
  const routes = service.grants.flatMap(({ group: whose, route }) =>
    whose === group && route?.startsWith(`${parent}/`) === true ? [route] : [],
  );
  const names = new Set(routes.map((route) => route.slice(parent.length + 1).split('/')[0] ?? ''));
  return Object.fromEntries(
    [...names].map((name) => {
      const route = `${parent}/${name}`;
      const id = magpie.idOf(`resource ${service.name} ${route}`);
      const above = parent === '' ? idOf(magpie, service) : magpie.idOf(`resource ${service.name} ${parent}`);
      const one = {
        resource_name: name,
        resource_display_name: name,
        resource_type: 'route',
        resource_id: id,
        parent_id: above,
        root_service_id: idOf(magpie, service),
        ...permissions(grantsOf(service, group, route), 'applied'),
        children: resources(magpie, service, group, route),
      };
      return [String(id), one];
    }),
  );
}
