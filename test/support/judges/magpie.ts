/** What clients of the platform rely on in Magpie. */
import { strict as assert } from 'node:assert';
import { ask, isTold, jsonIn, type Asking, type Fact, type Heard, type Json } from './judge.js';

export interface Person {
  name: string;
  password: string;
}

/** A Magpie that knows an administrator, a person who is none, Cowbird with its monitoring permissions, and two birds. */
export interface MagpiePlace {
  /** Without a slash at the end. */
  url: string;
  admin: Person;
  person: Person;
  /** Where Twitcher finds Cowbird. */
  cowbirdUrl: string;
  /** Name of a bird that everyone may use, and of one that nobody may. */
  publicBird: string;
  privateBird: string;
}

const UNAUTHORIZED = 'Unauthorized access to this resource. Missing authentication headers or cookies.';
const FORBIDDEN = 'Forbidden operation for this resource or insufficient user privileges.';

const signIn = ({ url }: MagpiePlace, asking: Asking): Promise<Heard> => ask(`${url}/signin`, asking);

async function cookieOf(place: MagpiePlace, { name, password }: Person): Promise<string> {
  const { status, cookies } = await signIn(place, { json: { user_name: name, password } });
  assert.equal(status, 200);
  return cookies[0]?.pair ?? '';
}

const asAdmin = async (place: MagpiePlace, path: string): Promise<Heard> =>
  ask(`${place.url}${path}`, { cookie: await cookieOf(place, place.admin) });

export const MAGPIE_FACTS: readonly Fact<MagpiePlace>[] = [
  [
    'signing in answers 200 and sets a ticket for the whole host',
    async (place) => {
      const { name, password } = place.admin;
      for (const asking of [{ json: { user_name: name, password } }, { form: { user_name: name, password } }]) {
        const heard = await signIn(place, asking);
        isTold(heard, 200, 'Login successful.', '/signin');
        assert.ok(heard.cookies.length > 0, 'a cookie');
        assert.equal(new Set(heard.cookies.map(({ pair }) => pair)).size, 1, 'all cookies have one value');
        for (const { line } of heard.cookies) assert.match(line, /^auth_tkt=[^;]{32,};.*Path=\/(;|$)/);
        assert.equal(heard.text.includes(password), false, 'the password does not come back');
      }
    },
  ],
  [
    'a wrong password and a name that nobody has are told alike: 401, and no cookie',
    async (place) => {
      const tries = [
        { user_name: place.admin.name, password: 'not-this-one' },
        { user_name: 'nobody-at-all', password: 'not-this-one' },
      ];
      for (const json of tries) {
        const heard = await signIn(place, { json });
        isTold(heard, 401, 'Incorrect credentials.', '/signin');
        assert.deepEqual(heard.cookies, []);
      }
    },
  ],
  [
    'the name of everyone is nobody to sign in as: 403',
    async (place) => {
      const heard = await signIn(place, { json: { user_name: 'anonymous', password: 'anonymous' } });
      isTold(heard, 403, 'Login was refused for this user.', '/signin');
    },
  ],
  [
    'missing and malformed credentials are 422, 400 in old ones',
    async (place) => {
      const { name, password } = place.admin;
      for (const json of [
        { user_name: name },
        { password },
        {},
        { user_name: '', password },
        { user_name: 'a//b', password },
      ]) {
        const { status, cookies } = await signIn(place, { json });
        assert.ok(status === 422 || status === 400, `${status}`);
        assert.deepEqual(cookies, []);
      }
    },
  ],
  [
    'without a ticket, or with a wrong one, a session is 200 and not authenticated',
    async ({ url }) => {
      for (const asking of [{}, { cookie: `auth_tkt=${'0'.repeat(136)}!userid_type:int` }]) {
        const heard = await ask(`${url}/session`, asking);
        isTold(heard, 200, 'Get session successful.', '/session');
        assert.match(heard.text, /"authenticated": false/);
        assert.equal('user' in jsonIn(heard), false);
      }
    },
  ],
  [
    "an administrator's session names the group, once, on the line that says authenticated",
    async (place) => {
      const heard = await asAdmin(place, '/session');
      isTold(heard, 200, 'Get session successful.', '/session');
      assert.equal(heard.text.split('"authenticated": true').length, 2);
      assert.equal(heard.text.split('"administrators"').length, 2);
      const { user } = jsonIn(heard) as { user: Json };
      assert.equal(user['user_name'], place.admin.name);
      assert.ok((user['group_names'] as string[]).includes('anonymous'), 'everyone is in anonymous');
    },
  ],
  [
    "another one's session is authenticated without that group",
    async (place) => {
      const heard = await ask(`${place.url}/session`, { cookie: await cookieOf(place, place.person) });
      assert.match(heard.text, /"authenticated": true/);
      assert.doesNotMatch(heard.text, /"administrators"/);
    },
  ],
  [
    'what is for administrators is 401 without a ticket and 403 for others',
    async (place) => {
      const cookie = await cookieOf(place, place.person);
      for (const path of [
        '/users',
        '/services',
        '/services/cowbird',
        '/groups/anonymous/services/cowbird/permissions',
      ]) {
        const stranger = await ask(`${place.url}${path}`);
        isTold(stranger, 401, UNAUTHORIZED, path);
        assert.match(stranger.headers.get('www-authenticate') ?? '', /^Cookie cookie-name="auth_tkt"/);
        isTold(await ask(`${place.url}${path}`, { cookie }), 403, FORBIDDEN, path);
      }
    },
  ],
  [
    'users are listed by name, everyone and the administrator among them',
    async (place) => {
      const heard = await asAdmin(place, '/users');
      isTold(heard, 200, 'Get users successful.', '/users');
      const names = jsonIn(heard)['user_names'] as string[];
      assert.deepEqual(names, [...names].sort());
      for (const name of ['anonymous', place.admin.name, place.person.name]) assert.ok(names.includes(name), name);
    },
  ],
  [
    'users are found by their status; none that does not exist',
    async (place) => {
      const fine = jsonIn(await asAdmin(place, '/users?status=OK'))['user_names'] as string[];
      assert.ok(fine.includes(place.person.name));
      const failed = jsonIn(await asAdmin(place, '/users?status=WebhookError'))['user_names'] as string[];
      assert.equal(failed.includes(place.person.name), false);
      isTold(await asAdmin(place, '/users?status=lost'), 400, 'Invalid search parameter provided.', '/users');
    },
  ],
  [
    'one user is told with groups and status; a name that nobody has is 404',
    async (place) => {
      const path = `/users/${place.person.name}`;
      const heard = await asAdmin(place, path);
      isTold(heard, 200, 'Get user successful.', path);
      const { user } = jsonIn(heard) as { user: Json };
      assert.equal(user['user_name'], place.person.name);
      assert.equal(user['status'], 'OK');
      assert.equal(typeof user['user_id'], 'number');
      assert.ok(Array.isArray(user['group_names']));
      assert.deepEqual(jsonIn(await asAdmin(place, `${path}/groups`))['group_names'], user['group_names']);
      isTold(await asAdmin(place, '/users/nobody-at-all'), 404, 'User name not found.', '/users/nobody-at-all');
    },
  ],
  [
    'a service is told with where Twitcher forwards to; one that is none is 404',
    async (place) => {
      const heard = await asAdmin(place, '/services/cowbird');
      isTold(heard, 200, 'Get service successful.', '/services/cowbird');
      const { service } = jsonIn(heard) as { service: Json };
      assert.equal(service['service_name'], 'cowbird');
      assert.equal(service['service_type'], 'api');
      assert.equal(service['service_url'], place.cowbirdUrl);
      assert.match(String(service['public_url']), /\/ows\/proxy\/cowbird$/);
      isTold(await asAdmin(place, '/services/nothing'), 404, 'Service name not found.', '/services/nothing');
    },
  ],
  [
    'services are listed by type',
    async (place) => {
      const { services } = jsonIn(await asAdmin(place, '/services')) as { services: Record<string, Json> };
      assert.ok('cowbird' in (services['api'] ?? {}));
      for (const bird of [place.publicBird, place.privateBird]) assert.ok(bird in (services['wps'] ?? {}), bird);
    },
  ],
  [
    'what everyone has on Cowbird is reading itself, and its version below',
    async (place) => {
      const path = '/groups/anonymous/services/cowbird/permissions';
      const heard = await asAdmin(place, path);
      isTold(heard, 200, 'Get group service permissions successful.', path);
      const match = [{ name: 'read', access: 'allow', scope: 'match', type: 'applied' }];
      assert.deepEqual(jsonIn(heard)['permissions'], match);
      assert.deepEqual(jsonIn(heard)['permission_names'], ['read-match', 'read-allow-match']);
      const tree = jsonIn(await asAdmin(place, '/groups/anonymous/services/cowbird/resources')) as { service: Json };
      assert.deepEqual(tree.service['permissions'], match);
      const below = Object.values(tree.service['resources'] as Record<string, Json>);
      assert.deepEqual(
        below.map((one) => one['resource_name']),
        ['version'],
      );
      assert.deepEqual(below[0]?.['permissions'], match);
      assert.deepEqual(below[0]?.['children'], {});
    },
  ],
  [
    'a bird is public when everyone has getcapabilities, and has nothing when it is not',
    async (place) => {
      const of = async (bird: string) =>
        jsonIn(await asAdmin(place, `/groups/anonymous/services/${bird}/permissions`))['permissions'] as Json[];
      const open = await of(place.publicBird);
      assert.ok(open.some(({ name, access }) => name === 'getcapabilities' && access === 'allow'));
      assert.deepEqual(await of(place.privateBird), []);
      const path = '/groups/nobody-at-all/services/cowbird/permissions';
      isTold(await asAdmin(place, path), 404, 'Group name not found.', path);
    },
  ],
  [
    'a path that it does not know is 404, a kind that it does not speak 406',
    async ({ url }) => {
      isTold(await ask(`${url}/nowhere`), 404, 'The route resource could not be found.', '/nowhere');
      const refused = await ask(`${url}/session`, { accept: 'image/png' });
      isTold(refused, 406, "Unsupported Content-Type in 'Accept' header was specified.", '/session');
    },
  ],
  [
    'a slash at the end leads to a place without the prefix',
    async ({ url }) => {
      const heard = await ask(`${url}/session/`);
      assert.equal(heard.status, 301);
      assert.match(heard.headers.get('location') ?? '', /^(https?:\/\/[^/]+)?\/session$/);
    },
  ],
  [
    'no route tells the webhooks',
    async (place) => {
      for (const path of ['/webhooks', '/config', '/webhook'])
        assert.equal((await asAdmin(place, path)).status, 404, path);
    },
  ],
  [
    'signing out takes the ticket away from the browser',
    async ({ url }) => {
      const heard = await ask(`${url}/signout`);
      isTold(heard, 200, 'Sign out successful.', '/signout');
      assert.match(heard.cookies[0]?.line ?? '', /^auth_tkt=;.*Max-Age=0/);
    },
  ],
];
