/** What clients of the platform rely on in Cowbird itself, behind which nobody is asked who they are. */
import { strict as assert } from 'node:assert';
import { ask, isTold, jsonIn, type Fact } from './judge.js';

/** A Cowbird whose worker runs, from 2.1.0 on. */
export interface CowbirdPlace {
  /** Without a slash at the end. */
  url: string;
  /** Names that it should have. */
  handlers: readonly string[];
}

const USER = { event: 'created', user_name: 'judge-of-cowbird', callback_url: 'http://127.0.0.1:1/tmp/none' };
const PERMISSION = {
  event: 'created',
  service_name: 'thredds',
  service_type: 'thredds',
  resource_id: 7,
  resource_full_name: '/thredds/birdhouse/file.nc',
  name: 'read',
  access: 'allow',
  scope: 'recursive',
  user: 'judge-of-cowbird',
};

const NO_HANDLER = 'Could not find specified handler.';
const FLAW = 'Invalid value specified.';

export const COWBIRD_FACTS: readonly Fact<CowbirdPlace>[] = [
  [
    'its root tells its title, with and without the prefix',
    async ({ url }) => {
      for (const path of ['/', '/cowbird/']) {
        const heard = await ask(`${url}${path}`);
        isTold(heard, 200, 'Get homepage successful.', '/');
        const told = jsonIn(heard);
        assert.match(String(told['url']), /\/cowbird\/?$/);
        assert.equal(told['title'], 'Cowbird REST API');
        assert.equal(told['name'], 'cowbird');
        for (const name of ['description', 'documentation']) assert.equal(typeof told[name], 'string', name);
        assert.ok(told['contact'] !== null && typeof told['contact'] === 'object', 'contact');
      }
    },
  ],
  [
    'its version is that of its worker',
    async ({ url }) => {
      const heard = await ask(`${url}/version`);
      isTold(heard, 200, 'Get version successful.', '/version');
      const { version, worker_version: worker, version_detail: detail } = jsonIn(heard);
      assert.match(String(version), /^\d+\.\d+\.\d+$/);
      assert.equal(worker, version);
      assert.match(String(detail), /Any mismatch can cause misbehavior\.$/);
    },
  ],
  [
    'it tells its handlers, and each by its name',
    async ({ url, handlers }) => {
      const heard = await ask(`${url}/handlers`);
      isTold(heard, 200, 'Get handlers successful.', '/handlers');
      assert.deepEqual([...(jsonIn(heard)['handlers'] as string[])].sort(), [...handlers].sort());
      const [first = ''] = handlers;
      const one = await ask(`${url}/handlers/${first}`);
      isTold(one, 200, 'Get handlers successful.', `/handlers/${first}`);
      assert.deepEqual(jsonIn(one)['handler'], { name: first });
    },
  ],
  [
    'a handler of bad name is 400, one that it does not have 404, also in other letters',
    async ({ url }) => {
      isTold(await ask(`${url}/handlers/a~b`), 400, 'Invalid handler name.', '/handlers/a~b');
      for (const name of ['Nothing', 'filesystem']) {
        const heard = await ask(`${url}/handlers/${name}`);
        isTold(heard, 404, NO_HANDLER, `/handlers/${name}`);
        assert.deepEqual(jsonIn(heard)['param'], {
          conditions: { is_equal: false },
          value: 0,
          name: 'handler_name',
          compare: '1',
        });
      }
    },
  ],
  [
    'a handler is made to begin anew by PUT; one that it does not have is 404',
    async ({ url, handlers }) => {
      // Any but FileSystem: that one would really do it.
      const name = handlers.find((one) => one !== 'FileSystem') ?? 'Nginx';
      const path = `/handlers/${name}/resync`;
      isTold(await ask(`${url}${path}`, { method: 'PUT' }), 200, 'Handler resync successful.', path);
      const other = '/handlers/Nothing/resync';
      isTold(await ask(`${url}${other}`, { method: 'PUT' }), 404, NO_HANDLER, other);
    },
  ],
  [
    'a user who is made and removed is taken note of',
    async ({ url }) => {
      for (const json of [USER, { event: 'deleted', user_name: USER.user_name }]) {
        const heard = await ask(`${url}/webhooks/users`, { json });
        isTold(heard, 200, 'User event successfully handled.', '/webhooks/users');
      }
    },
  ],
  [
    'what happened to a user must be made or removed, and all of it be there',
    async ({ url }) => {
      const at = '/webhooks/users';
      const heard = await ask(`${url}${at}`, { json: { ...USER, event: 'renamed' } });
      isTold(heard, 400, 'Invalid value parameters for user webhook.', at);
      const flawed = [
        { ...USER, event: undefined },
        { ...USER, user_name: undefined },
        { ...USER, user_name: '../etc' },
        { ...USER, callback_url: undefined },
      ];
      for (const json of flawed) {
        const heard = await ask(`${url}${at}`, { json });
        isTold(heard, 422, FLAW, at);
        assert.ok('compare' in (jsonIn(heard)['param'] as object), 'what it was compared with');
      }
    },
  ],
  [
    'a permission that is given and taken, of a user or a group, is taken note of',
    async ({ url }) => {
      const at = '/webhooks/permissions';
      const others = [PERMISSION, { ...PERMISSION, event: 'deleted' }, { ...PERMISSION, user: null, group: 'users' }];
      for (const json of [...others, { ...PERMISSION, service_name: null }]) {
        isTold(await ask(`${url}${at}`, { json }), 200, 'Permission event successfully handled.', at);
      }
    },
  ],
  [
    'a permission is of somebody, and all of it is there, its number as a number',
    async ({ url }) => {
      const at = '/webhooks/permissions';
      const bad = 'Invalid value parameters for permission webhook.';
      for (const json of [
        { ...PERMISSION, event: 'lent' },
        { ...PERMISSION, user: undefined },
      ]) {
        isTold(await ask(`${url}${at}`, { json }), 400, bad, at);
      }
      const flawed = [
        { ...PERMISSION, resource_id: '7' },
        { ...PERMISSION, name: undefined },
        { ...PERMISSION, resource_full_name: '/thredds/../etc' },
      ];
      for (const json of flawed) isTold(await ask(`${url}${at}`, { json }), 422, FLAW, at);
    },
  ],
  [
    'a path that it does not know is 404, a wrong method 405',
    async ({ url }) => {
      isTold(await ask(`${url}/nowhere`), 404, 'The route resource could not be found.', '/nowhere');
      assert.equal((await ask(`${url}/handlers`, { method: 'DELETE' })).status, 405);
      assert.equal((await ask(`${url}/handlers/Nginx/resync`)).status, 404);
    },
  ],
  [
    'the same is told in the kind that is asked for first',
    async ({ url }) => {
      for (const [accept, kind] of [
        ['text/html, */*', 'text/html'],
        ['text/plain', 'text/plain'],
        ['application/xml', 'text/xml'],
        ['application/json;q=0.5', 'application/json'],
      ] as const) {
        const heard = await ask(`${url}/version`, { accept });
        assert.equal(heard.status, 200);
        assert.ok(heard.type.startsWith(kind), `${accept}: ${heard.type}`);
        assert.match(heard.text, /worker_version/);
      }
    },
  ],
  [
    'a kind that it does not speak is no answer of its own',
    async ({ url }) => {
      const refused = await ask(`${url}/version`, { accept: 'image/png' });
      assert.ok(refused.status === 406 || refused.status === 500, `${refused.status}`);
    },
  ],
  [
    'a slash at the end leads to itself and to a place without the prefix',
    async ({ url }) => {
      const heard = await ask(`${url}/cowbird/version/`);
      assert.equal(heard.status, 301);
      const [first = '', second] = (heard.headers.get('location') ?? '').split(', ');
      assert.match(second ?? first, /^(https?:\/\/[^/]+)?\/version$/);
      if (second !== undefined) assert.match(first, /\/cowbird\/version\/$/);
    },
  ],
  [
    'what it cannot read is 500, what is empty 422',
    async ({ url }) => {
      for (const json of [[], 'text']) {
        const heard = await ask(`${url}/webhooks/users`, { json });
        assert.equal(heard.status, 500);
        assert.match(String(jsonIn(heard)['detail']), /^Key ''event'' could not be extracted/);
      }
      assert.equal((await ask(`${url}/webhooks/users`, { method: 'POST' })).status, 422);
    },
  ],
  [
    'it describes its API, for people and for programs',
    async ({ url }) => {
      const page = await ask(`${url}/api`, { accept: 'text/html' });
      assert.equal(page.status, 200);
      assert.match(page.type, /^text\/html/);
      const description = await ask(`${url}/json`);
      assert.equal(description.status, 200);
      assert.equal((jsonIn(description)['info'] as { title: string }).title, 'Cowbird REST API');
    },
  ],
];
