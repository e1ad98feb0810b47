/** What Magpie knows: people, groups, services and who may do what with them. */

export interface MagpieUser {
  name: string;
  password: string;
  email?: string;
  /** Beside `anonymous`, in which everyone is. */
  groups?: readonly string[];
  /** WebhookError: something that was to hear of this user failed. */
  status?: 'OK' | 'WebhookError';
}

export interface Grant {
  group: string;
  /** Of an api: read or write. Of a wps: the operation, lower case. */
  permission: string;
  /** `/version`, for instance; the service itself when absent. */
  route?: string;
  access?: 'allow' | 'deny';
  /** match: that place only. */
  scope?: 'match' | 'recursive';
}

export interface MagpieService {
  name: string;
  type: 'api' | 'wps';
  /** Where Twitcher forwards to. */
  url: string;
  grants: readonly Grant[];
}

/** A request that Magpie sends when something happened; `{{user.name}}` and the like in the payload are filled in. */
export interface Webhook {
  name: string;
  action: 'create_user' | 'delete_user' | 'create_user_permission' | 'delete_user_permission';
  url: string;
  payload: Readonly<Record<string, string>>;
}

export const ADMINISTRATORS = 'administrators';
export const ANONYMOUS = 'anonymous';

/** Weaver as the platform registers it: its entry points are read by everyone, and what lies below six old birds. */
export const weaverService = (url: string, name = 'weaver'): MagpieService => ({
  name,
  type: 'api',
  url,
  grants: [
    { group: ANONYMOUS, permission: 'read', scope: 'match' },
    ...['/json', '/api', '/versions', '/conformance'].map((route) => ({ group: ANONYMOUS, permission: 'read', route })),
    ...['/processes', '/providers'].map((route): Grant => ({
      group: ANONYMOUS,
      permission: 'read',
      route,
      scope: 'match',
    })),
    ...['catalog', 'finch', 'flyingpigeon', 'hummingbird', 'malleefowl', 'raven'].map((bird) => ({
      group: ANONYMOUS,
      permission: 'read',
      route: `/providers/${bird}`,
    })),
  ],
});

/** Cowbird as the platform registers it. isMonitored: entry point and version are read by everyone, as since 1.26.0. */
export const cowbirdService = (url: string, { isMonitored = true } = {}): MagpieService => ({
  name: 'cowbird',
  type: 'api',
  url,
  grants: isMonitored
    ? [
        { group: ANONYMOUS, permission: 'read', scope: 'match' },
        { group: ANONYMOUS, permission: 'read', route: '/version', scope: 'match' },
      ]
    : [],
});

/** A bird; isPublic: what the component all-public-access gives. */
export const birdService = (name: string, url: string, { isPublic = true } = {}): MagpieService => ({
  name,
  type: 'wps',
  url,
  grants: isPublic
    ? ['getcapabilities', 'describeprocess', 'execute'].map((permission) => ({ group: ANONYMOUS, permission }))
    : [],
});

/** The webhooks of the platform's file for Cowbird. */
export const cowbirdWebhooks = (cowbird: string): Webhook[] => {
  const permission = {
    service_name: '{{service.name}}',
    service_type: '{{service.type}}',
    resource_id: '{{resource.id}}',
    resource_full_name: '{{resource.name}}',
    name: '{{permission.name}}',
    access: '{{permission.access}}',
    scope: '{{permission.scope}}',
    user: '{{user.name}}',
  };
  return [
    {
      name: 'cowbird_create_user',
      action: 'create_user',
      url: `${cowbird}/webhooks/users`,
      payload: { event: 'created', user_name: '{{user.name}}', callback_url: '{{callback_url}}' },
    },
    {
      name: 'cowbird_remove_user',
      action: 'delete_user',
      url: `${cowbird}/webhooks/users`,
      payload: { event: 'deleted', user_name: '{{user.name}}' },
    },
    {
      name: 'cowbird_create_permission',
      action: 'create_user_permission',
      url: `${cowbird}/webhooks/permissions`,
      payload: { event: 'created', ...permission },
    },
    {
      name: 'cowbird_delete_permission',
      action: 'delete_user_permission',
      url: `${cowbird}/webhooks/permissions`,
      payload: { event: 'deleted', ...permission },
    },
  ];
};
