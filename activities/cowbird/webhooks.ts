/**
 * Webhooks of Magpie. No route of it tells them: they are what it read when it started, out of the files that are mounted where it
 * looks. Source: `magpie/app.py` (setup_magpie_configs) and `magpie/api/webhooks.py` (setup_webhooks).
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, posix } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../shared/failures.js';

/** Its service in the compose model, as far as it matters. */
export interface MagpieService {
  environment: Readonly<Record<string, string | null | undefined>>;
  volumes: readonly { type: string; source?: string | undefined; target: string }[];
}

const Webhook = z.object({
  name: z.string().default(''),
  action: z.string(),
  method: z.string(),
  url: z.string(),
  payload: z.record(z.string(), z.unknown()).nullish(),
});
export type Webhook = z.output<typeof Webhook>;

export interface RegisteredWebhooks {
  /** In the container; absent: it looks for none. */
  looksAt?: string;
  webhooks: Webhook[];
  /** What is mounted there and cannot be read, sentences. */
  unread: string[];
  /** Files on the host that hold webhooks and are mounted only where it does not look for them. */
  aside: string[];
}

/** The first one that is set is the only one: with it Magpie reads nothing else. */
const LOOKS_AT = ['MAGPIE_CONFIG_PATH', 'MAGPIE_WEBHOOKS_CONFIG_PATH'] as const;
const EXTENSIONS = ['.cfg', '.json', '.yml', '.yaml'];
const CONFIG_PATHS = /^MAGPIE_\w*CONFIG_PATH$/;

interface Mounted {
  /** On the host. */
  source: string;
  target: string;
}

/** Reads what is mounted, on this host. Never throws. */
export async function registeredWebhooks({ environment, volumes }: MagpieService): Promise<RegisteredWebhooks> {
  const looksAt = LOOKS_AT.map((name) => environment[name] ?? '').find((path) => path !== '');
  const mounts = volumes.flatMap(({ type, source, target }) =>
    type === 'bind' && source !== undefined ? [{ source, target }] : [],
  );
  const others = Object.entries(environment).flatMap(([name, path]) =>
    CONFIG_PATHS.test(name) && path && path !== looksAt ? [path] : [],
  );
  const unread: string[] = [];
  const webhooks: Webhook[] = [];
  const read = new Set<string>();
  for (const { source } of looksAt === undefined ? [] : await filesAt(looksAt, mounts, unread)) {
    const found = await webhooksIn(source, unread);
    webhooks.push(...found);
    if (found.length > 0) read.add(source);
  }
  const aside = new Set<string>();
  for (const path of others) {
    for (const { source } of await filesAt(path, mounts, [])) {
      if (!read.has(source) && (await webhooksIn(source, [])).length > 0) aside.add(source);
    }
  }
  return { ...(looksAt === undefined ? {} : { looksAt }), webhooks, unread, aside: [...aside] };
}

/** Files that Magpie finds at a path: the one that is mounted there, or those in the directory. */
async function filesAt(path: string, mounts: readonly Mounted[], unread: string[]): Promise<Mounted[]> {
  const at = posix.normalize(path).replace(/\/$/, '');
  const found: Mounted[] = [];
  for (const mount of mounts) {
    const target = posix.normalize(mount.target).replace(/\/$/, '');
    if (target !== at && posix.dirname(target) !== at) continue;
    found.push(...(await filesOf({ ...mount, target }, target === at, unread)));
  }
  return found.sort((a, b) => (a.target < b.target ? -1 : 1));
}

async function filesOf(mount: Mounted, isPlace: boolean, unread: string[]): Promise<Mounted[]> {
  try {
    const isDirectory = (await stat(mount.source)).isDirectory();
    if (!isDirectory) return isPlace || EXTENSIONS.includes(extname(mount.target)) ? [mount] : [];
    if (!isPlace) {
      unread.push(`${mount.source} is a directory where a file should be mounted.`);
      return [];
    }
    const names = (await readdir(mount.source)).filter((name) => EXTENSIONS.includes(extname(name)));
    return names.map((name) => ({ source: join(mount.source, name), target: posix.join(mount.target, name) }));
  } catch (error) {
    unread.push(`${mount.source} cannot be read: ${messageOf(error)}.`);
    return [];
  }
}

async function webhooksIn(path: string, unread: string[]): Promise<Webhook[]> {
  try {
    const document = parseDocument(await readFile(path, 'utf8'));
    const [mistake] = document.errors;
    if (mistake !== undefined) {
      unread.push(`${path} is no YAML: ${mistake.message.split('\n')[0] ?? ''}`);
      return [];
    }
    const { webhooks } = (document.toJS() as { webhooks?: unknown } | null) ?? {};
    const read = z.array(Webhook).nullish().safeParse(webhooks);
    if (!read.success) unread.push(`${path} holds webhooks without name, action, method or url.`);
    return read.data ?? [];
  } catch (error) {
    unread.push(`${path} cannot be read: ${messageOf(error)}.`);
    return [];
  }
}

/** What Cowbird has to hear of, where, and with which fields: without one it answers 422. */
const WANTED: readonly { action: string; path: string; fields: readonly string[] }[] = [
  { action: 'create_user', path: '/webhooks/users', fields: ['event', 'user_name', 'callback_url'] },
  { action: 'delete_user', path: '/webhooks/users', fields: ['event', 'user_name'] },
  ...['create_user_permission', 'delete_user_permission'].map((action) => ({
    action,
    path: '/webhooks/permissions',
    fields: ['event', 'service_type', 'resource_id', 'resource_full_name', 'name', 'access', 'scope', 'user'],
  })),
];

export interface WebhookSight {
  /** Actions of which nobody tells Cowbird. */
  missing: string[];
  /** A clause each: those of such an action that lead elsewhere, or lack a field. */
  wrong: string[];
}

/** hosts: under which Magpie finds Cowbird. Pure. */
export function judgeWebhooks(webhooks: readonly Webhook[], hosts: readonly string[]): WebhookSight {
  const wrong: string[] = [];
  const missing = WANTED.flatMap(({ action, path, fields }) => {
    const ofAction = webhooks.filter((webhook) => webhook.action === action);
    const there = ofAction.filter((webhook) => leadsTo(webhook, path, hosts));
    if (there.length === 0) {
      wrong.push(...ofAction.map(({ name, method, url }) => `${name || action} leads to ${method} ${url}`));
      return [action];
    }
    for (const { name, payload } of there) {
      const lacking = fields.filter((field) => !(field in (payload ?? {})));
      if (lacking.length > 0) wrong.push(`${name || action} does not say ${lacking.join(', ')}`);
    }
    return [];
  });
  return { missing, wrong };
}

function leadsTo({ method, url }: Webhook, path: string, hosts: readonly string[]): boolean {
  if (method !== 'POST' || !URL.canParse(url)) return false;
  const { protocol, hostname, pathname } = new URL(url);
  return /^https?:$/.test(protocol) && hosts.includes(hostname) && new RegExp(`^(/cowbird)?${path}$`).test(pathname);
}
