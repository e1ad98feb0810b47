/** Signing in and out, and who one is. */
import type { Answer, Route, Seen } from '../http.js';
import { at, bodyOf, invalid, param, told, type Body, type Flaw } from '../pyramid-json.js';
import { userInFull } from './formats.js';
import { ANONYMOUS } from './model.js';
import { COOKIE, type Magpie } from './state.js';

const NAME = /^[A-Za-z0-9]+(?:[\s_\-.][A-Za-z0-9]+)*$/;
const EMAIL = /^[^@\s]+@[^@\s]+$/;

/** What was asked is kept for whoever looks at it afterwards: without the password. */
export const hidePassword = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...fields, ...('password' in fields && { password: '********' }) });

export function sessionRoutes(magpie: Magpie): Route[] {
  return [
    ['POST', '/signin', (seen) => signIn(magpie, seen)],
    ['GET', '/signout', (seen) => signOut(seen)],
    ['GET', '/session', (seen) => session(magpie, seen)],
  ];
}

function signIn(magpie: Magpie, seen: Seen): Answer {
  const place = at(seen, '/signin');
  const read = bodyOf(seen, place, 'provider_name');
  const fields = 'body' in read ? read.body : {};
  seen.text = hidePassword(fields);
  if ('answer' in read) return read.answer;
  const { user_name: name, password } = fields;
  const flaw = flawOf(fields);
  if (flaw !== undefined) {
    const isOld = magpie.behaviour.missingCredentials === 400;
    return isOld ? told(seen, place, { status: 400, detail: 'Missing credentials.' }) : invalid(seen, place, flaw);
  }
  if (name === ANONYMOUS) {
    const content = param({
      name: 'user_name',
      value: name,
      conditions: { not_matches: false },
      compare: `^${ANONYMOUS}$`,
    });
    const detail = 'Login was refused for this user.';
    return told(seen, place, { status: 403, detail, content, isCaught: false });
  }
  const user = magpie.users.find((one) => one.name === name || (one.email !== undefined && one.email === name));
  if (user?.password !== password) {
    const headers = { 'www-authenticate': challenge(seen) };
    return told(seen, place, { status: 401, detail: 'Incorrect credentials.', headers });
  }
  const headers = { 'set-cookie': cookies(magpie, seen, magpie.signIn(user?.name ?? '')) };
  return told(seen, place, { status: 200, detail: 'Login successful.', headers });
}

function flawOf({ user_name: name, password }: Body): Flaw | undefined {
  if (typeof name !== 'string') {
    const conditions = { not_none: name !== undefined && name !== null, is_type: false };
    return { name: 'user_name', value: name, conditions, compare: 'Type[str]' };
  }
  const isForm = (name.includes('@') ? EMAIL : NAME).test(name);
  if (!isForm) return { name: 'user_name', value: name, conditions: { matches: false } };
  if (name === ANONYMOUS || typeof password === 'string') return undefined;
  // Its value is not said back.
  const conditions = { not_none: password !== undefined && password !== null, is_type: false };
  return { name: 'password', value: null, conditions, compare: 'Type[str]' };
}

const hostOf = ({ headers }: Seen): string => (headers.host ?? 'localhost').replace(/:\d+$/, '');

/** As Pyramid's ticket policy writes them; all of one value. */
function cookies(magpie: Magpie, seen: Seen, ticket: string): string[] {
  const rest = 'Path=/; HttpOnly; SameSite=Lax';
  const host = hostOf(seen);
  return magpie.behaviour.cookies === 'one'
    ? [`${COOKIE}=${ticket}; Domain=${host}; ${rest}`]
    : [`${COOKIE}=${ticket}; ${rest}`, `${COOKIE}=${ticket}; Domain=.${host}; ${rest}`];
}

function signOut(seen: Seen): Answer {
  const rest = 'Max-Age=0; Path=/; expires=Wed, 31-Dec-97 23:59:59 GMT; HttpOnly; SameSite=Lax';
  const headers = { 'set-cookie': [`${COOKIE}=; Domain=${hostOf(seen)}; ${rest}`] };
  return told(seen, at(seen, '/signout'), { status: 200, detail: 'Sign out successful.', headers });
}

function session(magpie: Magpie, seen: Seen): Answer {
  const user = magpie.caller(seen.cookie);
  const content =
    user === undefined ? { authenticated: false } : { authenticated: true, user: userInFull(magpie, user) };
  return told(seen, at(seen, '/session'), { status: 200, detail: 'Get session successful.', content });
}

/** What a 401 says about how to do better. */
export function challenge(seen: Seen): string {
  const host = hostOf(seen);
  const signin = `http://${host}/magpie/signin`;
  return `Cookie cookie-name="${COOKIE}" error="invalid_token" title="Magpie Login" domain="${signin}" uri="${signin}" realm="${host}" `;
}
