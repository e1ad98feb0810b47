/** Making and removing people, of which the webhooks tell. */
import { randomUUID } from 'node:crypto';
import { jsonOf, type Params, type Seen } from '../http.js';
import type { Told } from '../pyramid-json.js';
import { userInFull } from './formats.js';
import { ANONYMOUS } from './model.js';
import { hidePassword } from './session-routes.js';
import { isAdministrator, type Magpie } from './state.js';
import { tell } from './webhooks.js';

export function makeUser(magpie: Magpie, seen: Seen): Told {
  const { user_name: name, password, email, group_name: group = ANONYMOUS } = (jsonOf(seen) ?? {}) as Fields;
  seen.text = hidePassword({ user_name: name, password, email, group_name: group });
  if (!name || !/^[A-Za-z0-9]+(?:[\s_\-.][A-Za-z0-9]+)*$/.test(name)) {
    return { status: 400, detail: "Invalid 'user_name' value specified." };
  }
  if (!email) return { status: 400, detail: "Invalid 'email' value specified." };
  if (!password) return { status: 400, detail: "Invalid 'password' value specified." };
  if (magpie.user(name) !== undefined) {
    return { status: 409, detail: 'User name matches an already existing user name.' };
  }
  const user = { name, password, email, groups: [group] };
  magpie.users.push(user);
  const token = randomUUID();
  magpie.callbacks.set(token, name);
  tell(magpie, 'create_user', {
    'user.name': name,
    'user.id': magpie.idOf(`user ${name}`),
    'user.email': email,
    callback_url: `${magpie.ownUrl}/tmp/${token}`,
  });
  return { status: 201, detail: 'Add user to db successful.', content: { user: userInFull(magpie, user) } };
}

interface Fields {
  user_name?: string;
  password?: string;
  email?: string;
  group_name?: string;
}

export function removeUser(magpie: Magpie, { user_name: name = '' }: Params): Told {
  const user = magpie.user(name);
  if (user === undefined) return { status: 404, detail: 'User name not found.' };
  if (name === ANONYMOUS || isAdministrator(user)) {
    return { status: 403, detail: 'User could not be deleted.' };
  }
  magpie.users.splice(magpie.users.indexOf(user), 1);
  tell(magpie, 'delete_user', { 'user.name': name, 'user.id': magpie.idOf(`user ${name}`), 'user.email': user.email });
  return { status: 200, detail: 'Delete user successful.' };
}

/** What Cowbird calls when one of its handlers failed. */
export function failed(magpie: Magpie, { token = '' }: Params): Told {
  const user = magpie.user(magpie.callbacks.get(token) ?? '');
  if (user === undefined)
    return {
      status: 404,
      detail: 'Operation matching temporary URL token could not be found or was already processed.',
    };
  magpie.callbacks.delete(token);
  user.status = 'WebhookError';
  return { status: 200, detail: 'Successful operation from provided temporary URL token.' };
}
