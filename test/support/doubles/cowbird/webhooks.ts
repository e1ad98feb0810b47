/** What Cowbird is told by Magpie, checked field by field in the order of the real one. */
import { request } from 'node:http';
import type { Answer, Seen } from '../http.js';
import { bodyOf, invalid, param, told, type At, type Body, type Flaw, type Told } from '../pyramid-json.js';
import type { Cowbird } from './state.js';

/** Pattern of names, as it is told to who breaks it. */
export const WORD = String.raw`^[A-Za-z0-9]+(?:[\s_\-\.][A-Za-z0-9]+)*$`;
const PATH = String.raw`^/?[A-Za-z0-9]+(?:[\s_\-\./:][A-Za-z0-9]+)*$`;

export const unhandled = (exception: string): Told => ({
  status: 500,
  detail: 'Internal Server Error. Unhandled exception occurred.',
  content: { exception },
  isCaught: true,
});

/** A field, and what is wrong with a value of it. */
type Check = readonly [name: string, flawOf: (value: unknown) => Omit<Flaw, 'name' | 'value'> | undefined];

const OF_TYPE = { str: 'Type[str]', int: 'Type[int]', optional: "Type[(<class 'str'>, <class 'NoneType'>)]" };

const isNothing = (value: unknown): boolean => value === undefined || value === null;
const ofType = (value: unknown, compare: string) => ({
  conditions: { not_none: !isNothing(value), is_type: false },
  compare,
});

const text = (pattern?: string) => (value: unknown) => {
  if (typeof value !== 'string') return ofType(value, OF_TYPE.str);
  if (pattern === undefined || new RegExp(pattern).test(value)) return undefined;
  return { conditions: { not_empty: value !== '', matches: false }, compare: pattern };
};
// As in Python, true is a number.
const number = (value: unknown) =>
  Number.isInteger(value) || typeof value === 'boolean' ? undefined : ofType(value, OF_TYPE.int);
const optional = (value: unknown) =>
  isNothing(value) || typeof value === 'string'
    ? undefined
    : { conditions: { is_type: false }, compare: OF_TYPE.optional };

const PERMISSION: readonly Check[] = [
  ['service_name', optional],
  ['service_type', text(WORD)],
  ['resource_id', number],
  ['resource_full_name', text(PATH)],
  ['resource_display_name', optional],
  ['name', text(WORD)],
  ['access', text(WORD)],
  ['scope', text(WORD)],
  ['user', optional],
  ['group', optional],
];

export async function userEvent(cowbird: Cowbird, seen: Seen, at: At): Promise<Answer> {
  const read = bodyOf(seen, at, 'event');
  if ('answer' in read) return read.answer;
  const { body } = read;
  const bad = badEvent(seen, at, body, 'user');
  if (bad !== undefined) return bad;
  const flawed = flawIn(seen, at, body, [
    ['user_name', text(WORD)],
    ...(body['event'] === 'created' ? [['callback_url', text()] as const] : []),
  ]);
  if (flawed !== undefined) return flawed;
  cowbird.events.push({ kind: 'users', body });
  if (await cowbird.tellOfUser(String(body['event']), String(body['user_name']))) {
    return told(seen, at, { status: 200, detail: 'User event successfully handled.' });
  }
  if (body['event'] === 'created') await call(String(body['callback_url']));
  return told(seen, at, {
    status: 500,
    detail: 'Failed to handle user webhook event.',
    content: { webhook: body, exception: 'WebhookDispatchException([NotImplementedError()])' },
  });
}

export function permissionEvent(cowbird: Cowbird, seen: Seen, at: At): Answer {
  const read = bodyOf(seen, at, 'event');
  if ('answer' in read) return read.answer;
  const { body } = read;
  const bad = badEvent(seen, at, body, 'permission') ?? flawIn(seen, at, body, PERMISSION);
  if (bad !== undefined) return bad;
  if (!body['user'] && !body['group']) {
    return badRequest(seen, at, 'permission', { value: false, conditions: { is_true: false } });
  }
  cowbird.events.push({ kind: 'permissions', body });
  const { handlers, failing } = cowbird.behaviour;
  return handlers.some((handler) => failing.includes(handler))
    ? told(seen, at, unhandled('WebhookDispatchException'))
    : told(seen, at, { status: 200, detail: 'Permission event successfully handled.' });
}

function flawIn(seen: Seen, at: At, body: Body, checks: readonly Check[]): Answer | undefined {
  for (const [name, flawOf] of checks) {
    const flaw = flawOf(body[name]);
    if (flaw !== undefined) return invalid(seen, at, { ...flaw, name, value: body[name] });
  }
  return undefined;
}

function badEvent(seen: Seen, at: At, body: Body, kind: 'user' | 'permission'): Answer | undefined {
  const { event } = body;
  const flawed = flawIn(seen, at, body, [['event', text(WORD)]]);
  if (flawed !== undefined || event === 'created' || event === 'deleted') return flawed;
  const flaw = { name: 'event', value: event, conditions: { is_in: false }, compare: "['created', 'deleted']" };
  return badRequest(seen, at, kind, flaw);
}

const badRequest = (seen: Seen, at: At, kind: 'user' | 'permission', flaw: Flaw): Answer =>
  told(seen, at, { status: 400, detail: `Invalid value parameters for ${kind} webhook.`, content: param(flaw) });

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
