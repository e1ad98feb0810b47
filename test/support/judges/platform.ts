/** What clients rely on in the platform's front: Magpie, Twitcher, Weaver and Cowbird under one address. */
import { strict as assert } from 'node:assert';
import { ask, jsonIn, type Asking, type Fact, type Heard } from './judge.js';
import type { Person } from './magpie.js';

export interface PlatformPlace {
  /** Without a slash at the end. */
  url: string;
  form: 'seed' | 'today';
  admin: Person;
  person: Person;
  /** Name of a bird that everyone may use, and of one that nobody may. */
  publicBird: string;
  privateBird: string;
  /** Of a bird that is away, and of one that answers with a page for people, both public. */
  awayBird: string;
  pageBird: string;
}

const CAPABILITIES = '?service=WPS&request=GetCapabilities';

async function cookieOf({ url }: PlatformPlace, { name, password }: Person): Promise<string> {
  const { status, cookies } = await ask(`${url}/magpie/signin`, { json: { user_name: name, password } });
  assert.equal(status, 200);
  return cookies[0]?.pair ?? '';
}

const proxied = ({ url }: PlatformPlace, rest: string, asking?: Asking): Promise<Heard> =>
  ask(`${url}/twitcher/ows/proxy/${rest}`, asking);

/** An exception in the words of OGC services. */
function isException({ status, type, text }: Heard, expected: number, locator: string): void {
  assert.equal(status, expected, text);
  assert.match(type, /^text\/xml/);
  assert.match(text, new RegExp(`<Exception exceptionCode="NoApplicableCode" locator="${locator}">`));
}

export const PLATFORM_FACTS: readonly Fact<PlatformPlace>[] = [
  [
    'Magpie is under its path, and a ticket of it is good for all',
    async (place) => {
      const cookie = await cookieOf(place, place.admin);
      assert.equal(jsonIn(await ask(`${place.url}/magpie/session`, { cookie }))['authenticated'], true);
      assert.equal((await ask(`${place.url}/cowbird/handlers`, { cookie })).status, 200);
    },
  ],
  [
    'without a ticket, and for who may not, Twitcher refuses with 401',
    async (place) => {
      const cookie = await cookieOf(place, place.person);
      for (const asking of [{}, { cookie }, { cookie: 'auth_tkt=nothing' }]) {
        isException(await proxied(place, `${place.privateBird}${CAPABILITIES}`, asking), 401, 'AccessForbidden');
        isException(await proxied(place, 'cowbird/handlers', asking), 401, 'AccessForbidden');
      }
    },
  ],
  [
    'an administrator reaches every bird',
    async (place) => {
      const cookie = await cookieOf(place, place.admin);
      const heard = await proxied(place, `${place.privateBird}${CAPABILITIES}`, { cookie });
      assert.equal(heard.status, 200, heard.text);
      assert.match(heard.text, /Capabilities/);
    },
  ],
  [
    'everyone reaches a public bird, whose capabilities tell addresses of the platform',
    async (place) => {
      const heard = await proxied(place, `${place.publicBird}${CAPABILITIES}`);
      assert.equal(heard.status, 200, heard.text);
      const [operations = ''] = /OperationsMetadata[^]*OperationsMetadata/.exec(heard.text) ?? [];
      const addresses = [...operations.matchAll(/href="([^"]*)"/g)].map(([, address]) => address);
      assert.ok(addresses.length > 0, 'addresses');
      for (const address of addresses) assert.match(address ?? '', new RegExp(`/ows/proxy/${place.publicBird}$`));
    },
  ],
  [
    'names of parameters are of either case',
    async (place) => {
      const heard = await proxied(place, `${place.publicBird}?SERVICE=WPS&REQUEST=GetCapabilities`);
      assert.equal(heard.status, 200, heard.text);
    },
  ],
  [
    'a question without an operation is refused, an administrator too',
    async (place) => {
      const cookie = await cookieOf(place, place.admin);
      assert.equal((await proxied(place, `${place.publicBird}?service=WPS`, { cookie })).status, 401);
    },
  ],
  [
    'a service that is none is 400',
    async (place) => {
      const heard = await proxied(place, `nothing-of-this-name${CAPABILITIES}`);
      isException(heard, 400, 'NotAcceptable');
      assert.match(heard.text, /Could not find service/);
    },
  ],
  [
    'a bird that is away is 400, one that answers a page for people 401',
    async (place) => {
      isException(await proxied(place, `${place.awayBird}${CAPABILITIES}`), 400, 'NotAcceptable');
      isException(await proxied(place, `${place.pageBird}${CAPABILITIES}`), 401, 'AccessForbidden');
    },
  ],
  [
    'asked only, Twitcher says 200 or 403, and never 401',
    async (place) => {
      const { url, publicBird, privateBird } = place;
      const yes = await ask(`${url}/twitcher/ows/verify/${publicBird}${CAPABILITIES}`);
      assert.equal(yes.status, 200);
      assert.deepEqual(jsonIn(yes), { description: 'Access to service is allowed.', access: true });
      for (const rest of [`${privateBird}${CAPABILITIES}`, 'cowbird/handlers', 'nothing-of-this-name']) {
        const no = await ask(`${url}/twitcher/ows/verify/${rest}`);
        assert.equal(no.status, 403);
        assert.deepEqual(jsonIn(no), { description: 'Access to service is forbidden.', access: false });
      }
    },
  ],
  [
    'everyone reads the root of Cowbird and its version, and nothing else; an administrator all',
    async (place) => {
      const cookie = await cookieOf(place, place.admin);
      const at = (path: string, asking?: Asking) => ask(`${place.url}/cowbird${path}`, asking);
      for (const path of ['', '/', '/version']) assert.equal((await at(path)).status, 200, path);
      for (const path of ['/handlers', '/api', '/json']) {
        assert.equal((await at(path)).status, 401, path);
        assert.equal((await at(path, { cookie })).status, 200, path);
      }
      const resync = { method: 'PUT' };
      assert.equal((await at('/handlers/Nginx/resync', resync)).status, 401);
      assert.equal((await at('/handlers/Nginx/resync', { ...resync, cookie })).status, 200);
    },
  ],
  [
    'everyone reads what Weaver registered, and only an administrator writes',
    async (place) => {
      const cookie = await cookieOf(place, place.admin);
      const at = (path: string, asking?: Asking) => ask(`${place.url}/weaver${path}`, asking);
      assert.equal((await at('/providers?check=false&detail=false')).status, 200);
      const refusal = place.form === 'today' ? 403 : 401;
      assert.equal((await at('/providers', { json: {} })).status, refusal);
      assert.equal((await at('/providers/judged', { method: 'DELETE' })).status, refusal);
      assert.equal((await at('/providers', { json: {}, cookie })).status, 400);
      assert.equal((await at('/providers/judged', { method: 'DELETE', cookie })).status, 404);
    },
  ],
  [
    "Twitcher's path of Weaver is Weaver, in today's form by a redirect that keeps the method",
    async (place) => {
      const heard = await proxied(place, 'weaver/providers?check=false&detail=false');
      if (place.form === 'seed') {
        assert.equal(heard.status, 200);
        return;
      }
      assert.equal(heard.status, 308);
      assert.equal(heard.headers.get('location'), `${place.url}/weaver/providers?check=false&detail=false`);
      const root = await proxied(place, 'weaver');
      assert.equal(root.status, 301);
      assert.equal(root.headers.get('location'), `${place.url}/weaver/`);
      const bare = await ask(`${place.url}/weaver`);
      assert.equal(bare.status, 301);
      assert.equal(bare.headers.get('location'), `${place.url}/weaver/`);
    },
  ],
  [
    'what it does not know is a page, 404',
    async ({ url }) => {
      const heard = await ask(`${url}/nowhere`);
      assert.equal(heard.status, 404);
      assert.match(heard.type, /^text\/html/);
    },
  ],
];
