/** What Cowbird is told by Magpie, checked field by field in the order of the real one. */
import { request } from 'node:http';
import { jsonOf, type Answer, type Seen } from '../http.js';
import { invalid, told } from '../pyramid-json.js';
import type { Cowbird } from './state.js';

const WORD = /^[A-Za-z0-9]+(?:[\s_\-.][A-Za-z0-9]+)*$/;
const PATH = /^\/?[A-Za-z0-9]+(?:[\s_\-./:][A-Za-z0-9]+)*$/;

type Body = Readonly<Record<string, unknown>>;
type Check = readonly [name: string, is: (value: unknown) => boolean];

const isWord = (value: unknown): boolean => typeof value === 'string' && WORD.test(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrNothing = (value: unknown): boolean => value === undefined || value === null || isText(value);

const PERMISSION: readonly Check[] = [
  ['service_name', isTextOrNothing],
  ['service_type', isWord],
  ['resource_id', Number.isInteger],
  ['resource_full_name', (value) => typeof value === 'string' && PATH.test(value)],
  ['resource_display_name', isTextOrNothing],
  ['name', isWord],
  ['access', isWord],
  ['scope', isWord],
  ['user', isTextOrNothing],
  ['group', isTextOrNothing],
];

export async function userEvent(cowbird: Cowbird, seen: Seen, path: string): Promise<Answer> {
  const body = bodyOf(seen);
  const bad = flaw(seen, path, body, [['event', isWord]]) ?? badEvent(seen, path, body, 'user');
  if (bad !== undefined) return bad;
  const checks: Check[] = [['user_name', isWord], ...(body['event'] === 'created' ? [CALLBACK] : [])];
  const flawed = flaw(seen, path, body, checks);
  if (flawed !== undefined) return flawed;
  cowbird.events.push({ kind: 'users', body });
  if (await cowbird.tellOfUser(String(body['event']), String(body['user_name']))) {
    return told(seen, path, { status: 200, detail: 'User event successfully handled.' });
  }
  if (body['event'] === 'created') await call(String(body['callback_url']));
  return told(seen, path, {
    status: 500,
    detail: 'Failed to handle user webhook event.',
    content: { webhook: body, exception: 'WebhookDispatchException([NotImplementedError()])' },
  });
}

const CALLBACK: Check = ['callback_url', isText];

export function permissionEvent(cowbird: Cowbird, seen: Seen, path: string): Answer {
  const body = bodyOf(seen);
  const bad =
    flaw(seen, path, body, [['event', isWord]]) ??
    badEvent(seen, path, body, 'permission') ??
    flaw(seen, path, body, PERMISSION);
  if (bad !== undefined) return bad;
  if (!body['user'] && !body['group']) return badRequest(seen, path, 'permission');
  cowbird.events.push({ kind: 'permissions', body });
  const { handlers, failing } = cowbird.behaviour;
  return handlers.some((handler) => failing.includes(handler))
    ? told(seen, path, {
        status: 500,
        detail: 'Internal Server Error. Unhandled exception occurred.',
        content: { exception: 'WebhookDispatchException' },
      })
    : told(seen, path, { status: 200, detail: 'Permission event successfully handled.' });
}

const bodyOf = (seen: Seen): Body => {
  const value = jsonOf(seen);
  return typeof value === 'object' && value !== null ? (value as Body) : {};
};

function flaw(seen: Seen, path: string, body: Body, checks: readonly Check[]): Answer | undefined {
  const found = checks.find(([name, is]) => !is(body[name]));
  if (found === undefined) return undefined;
  const [name] = found;
  return invalid(seen, path, { name, value: body[name], conditions: { not_none: body[name] != null, is_type: false } });
}

const badEvent = (seen: Seen, path: string, body: Body, kind: 'user' | 'permission'): Answer | undefined =>
  ['created', 'deleted'].includes(String(body['event'])) ? undefined : badRequest(seen, path, kind);

const badRequest = (seen: Seen, path: string, kind: 'user' | 'permission'): Answer =>
  told(seen, path, { status: 400, detail: `Invalid value parameters for ${kind} webhook.` });

/** So Magpie hears that it did not work. That nobody is there changes nothing. */
function call(url: string): Promise<void> {
  return new Promise((resolve) => {
    if (!URL.canParse(url)) {
      resolve();
      return;
    }
    const head = request(url, { method: 'HEAD', agent: false }, (answer) => {
      answer.resume();
      resolve();
    });
    head.on('error', () => resolve());
    head.end();
  });
}
