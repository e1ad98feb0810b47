/** The component's file for Magpie, in the form that Magpie takes: at any other it does not start. Source: `magpie/register.py`, `magpie/api/webhooks.py`. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Grant, MagpieService, Webhook } from '../doubles/magpie/index.js';

/** What may stand in braces in the payload of a webhook. */
const FACTS = [
  ...['group.name', 'group.id', 'user.name', 'user.id', 'user.email', 'user.status', 'callback_url'],
  ...['resource.id', 'resource.type', 'resource.name', 'resource.display_name'],
  ...['service.name', 'service.type', 'service.public_url', 'service.sync_type'],
  ...['permission.name', 'permission.access', 'permission.scope', 'permission'],
];
const template = z
  .string()
  .refine((text) => [...text.matchAll(/\{\{(.*?)\}\}/g)].every(([, fact = '']) => FACTS.includes(fact)));

const MagpieFile = z.strictObject({
  providers: z.record(
    z.string(),
    z.strictObject({
      url: z.url(),
      title: z.string(),
      public: z.boolean(),
      c4i: z.boolean(),
      type: z.literal('api'),
      sync_type: z.literal('api'),
    }),
  ),
  permissions: z.array(
    z.strictObject({
      service: z.string(),
      resource: z.string().startsWith('/').optional(),
      permission: z.enum(['read', 'write', 'read-match', 'write-match']),
      group: z.string(),
      action: z.literal('create'),
    }),
  ),
  webhooks: z.array(
    z.strictObject({
      name: z.string().min(1),
      action: z.enum(['create_user', 'delete_user', 'create_user_permission', 'delete_user_permission']),
      method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
      url: z.url(),
      payload: z.record(z.string(), template),
    }),
  ),
});
export type MagpieFile = z.output<typeof MagpieFile>;

export const readMagpieFile = (path: string): MagpieFile => MagpieFile.parse(parse(readFileSync(path, 'utf8')));

/** As Magpie's double takes it. `url`: where Cowbird is, in the place of its name. */
export function serviceOf({ permissions }: MagpieFile, url: string): MagpieService {
  const grants = permissions.map(({ permission, group, resource }): Grant => {
    const [name = '', scope] = permission.split('-');
    return {
      ...{ group, permission: name, scope: scope === 'match' ? 'match' : 'recursive' },
      ...(resource === undefined ? {} : { route: resource }),
    };
  });
  return { name: 'cowbird', type: 'api', url, grants };
}

export const webhooksOf = ({ webhooks }: MagpieFile, url: string): Webhook[] =>
  webhooks.map(({ name, action, url: given, payload }) => ({
    ...{ name, action, payload },
    url: given.replace('http://cowbird:7000', url),
  }));
