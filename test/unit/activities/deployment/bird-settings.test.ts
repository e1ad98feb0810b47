import { describe, expect, it } from 'vitest';
import { eraCalled, PLAIN_ERA } from '../../../../activities/stack/reader/eras.js';
import {
  birdErrors,
  birdTroubles,
  untold,
  type BirdSettings,
} from '../../../../activities/deployment/bird-settings.js';

const PLATFORM = {
  BIRDHOUSE_FQDN_PUBLIC: 'birds.example.org',
  WEAVER_CONFIG: 'HYBRID',
  WEAVER_VERSION: '6.8.3',
  WEAVER_MONGODB_VERSION: '5.0',
  WEAVER_WPS_PROVIDERS: 'finch raven',
  MAGPIE_ADMIN_USERNAME: 'admin',
  MAGPIE_ADMIN_PASSWORD: 'owl-perch-22-x',
};
const ALL = ['/p/components/magpie', '/p/components/weaver', '/p/optional-components/all-public-access'];

const said = (variables: Record<string, string>, more: Partial<BirdSettings> = {}) =>
  birdTroubles({ components: ALL, era: PLAIN_ERA, variables: { ...PLATFORM, ...variables }, ...more }).map(
    ({ severity, message }) => `${severity}: ${message}`,
  );

describe('activities/deployment/bird-settings', () => {
  it('has nothing to say of a sound platform, nor of one without Weaver and Cowbird', () => {
    expect(said({}, { services: ['finch', 'raven', 'weaver'] })).toEqual([]);
    const broken = { WEAVER_CONFIG: 'ADES', WEAVER_WPS_PROVIDERS: '-', MAGPIE_ADMIN_PASSWORD: '' };
    expect(said(broken, { components: ['/p/components/magpie', '/p/components/weaver-extra'] })).toEqual([]);
  });

  it('tells all that keeps Weaver and its birds from being found', () => {
    expect(
      said({
        WEAVER_WPS_PROVIDERS: 'finch -raven',
        WEAVER_PROVIDERS_URL_TEMPLATE: 'http://x.org/wps',
        WEAVER_URL: 'ftp://x',
      }),
    ).toEqual([
      'error: WEAVER_URL: should give an http(s) address without user and password.',
      expect.stringMatching(/^error: WEAVER_WPS_PROVIDERS: "-raven" should be the id of a provider/),
      expect.stringMatching(/^error: WEAVER_WPS_PROVIDERS: finch and -raven have one address, http:\/\/x\.org\/wps/),
    ]);
    expect(said({ BIRDHOUSE_FQDN_PUBLIC: '' })).toEqual([
      expect.stringMatching(/^error: Nothing says where Weaver is/),
    ]);
  });

  it('does so for a Weaver that is elsewhere, of whose role and database nothing is known here', () => {
    const elsewhere = {
      WEAVER_URL: 'http://weaver.other.org/weaver',
      WEAVER_WPS_PROVIDERS: '-',
      WEAVER_CONFIG: 'ADES',
    };
    expect(said({ ...elsewhere, WEAVER_MONGODB_VERSION: '4.4' }, { components: [] })).toEqual([
      expect.stringMatching(/^error: WEAVER_WPS_PROVIDERS: "-" should be the id/),
      expect.stringMatching(/^warning: WEAVER_WPS_PROVIDERS: Weaver asks for - at Twitcher's path/),
    ]);
  });

  it.each(['ADES', 'ades', 'DEFAULT'])('a Weaver as %s has no providers', (role) => {
    expect(said({ WEAVER_CONFIG: role })).toEqual([
      `error: WEAVER_CONFIG: ${role} is a role without providers, and WEAVER_WPS_PROVIDERS names finch, raven: set WEAVER_CONFIG to HYBRID or EMS, or WEAVER_WPS_PROVIDERS to nothing.`,
    ]);
    expect(said({ WEAVER_CONFIG: role, WEAVER_WPS_PROVIDERS: ' ,\n' })).toEqual([]);
  });

  it('a role that Weaver does not know is told whatever birds are wanted; none is its default', () => {
    expect(said({ WEAVER_CONFIG: 'HYBRYD', WEAVER_WPS_PROVIDERS: '' })).toEqual([
      'error: WEAVER_CONFIG: "HYBRYD" is no role of Weaver, which would not start: set WEAVER_CONFIG to HYBRID or EMS.',
    ]);
    for (const WEAVER_CONFIG of ['', 'EMS', 'hybrid']) expect(said({ WEAVER_CONFIG })).toEqual([]);
  });

  it.each([
    ['4.4', '6.8.3', true],
    ['4.4.29-focal', '4.5.0', true],
    ['3.4', '', true],
    ['4', 'latest', true],
    ['3.4', '4.2.1', false],
    ['5.0', '6.8.3', false],
    ['5', '6.8.3', false],
    ['10.0', '6.8.3', false],
    ['latest', '6.8.3', false],
    ['', '6.8.3', false],
  ])('MongoDB %j under Weaver %j is too old: %j', (WEAVER_MONGODB_VERSION, WEAVER_VERSION, isOld) => {
    const [first, ...others] = said({ WEAVER_MONGODB_VERSION, WEAVER_VERSION });
    expect(others).toEqual([]);
    expect(first?.startsWith('error: WEAVER_MONGODB_VERSION: Weaver 4.5 and newer need MongoDB 5.0') ?? false).toBe(
      isOld,
    );
  });

  it.each([
    ['4.4', '2.6.0', true],
    ['4.4', '1.2.0', false],
    ['5.0', '2.6.0', false],
  ])('MongoDB %j under Cowbird %j is too old: %j', (COWBIRD_MONGODB_VERSION, COWBIRD_VERSION, isOld) => {
    const found = said({ COWBIRD_MONGODB_VERSION, COWBIRD_VERSION }, { components: ['/p/components/cowbird'] });
    expect(found.join().startsWith('error: COWBIRD_MONGODB_VERSION: Cowbird 2.0 and newer')).toBe(isOld);
    expect(said({ COWBIRD_MONGODB_VERSION, COWBIRD_VERSION })).toEqual([]);
  });

  it.each([
    [{ MAGPIE_ADMIN_USERNAME: '' }, true],
    [{ MAGPIE_ADMIN_PASSWORD: '' }, true],
    [{ MAGPIE_ADMIN_PASSWORD: '', MAGPIE_ADMIN_PASSWORD_FILE: '/run/secrets/magpie' }, false],
  ])('with %j somebody must be able to sign in at Magpie: %j', (variables, isMissing) => {
    for (const name of ['weaver', 'cowbird']) {
      const components = [`/p/components/${name}`, ALL[2] ?? ''];
      expect(said(variables, { components })).toEqual([]);
      const found = [
        said(variables, { components: [...components, '/p/components/magpie'] }),
        said({ ...variables, MAGPIE_URL: 'http://magpie:2001' }, { components }),
      ];
      for (const sentences of found)
        expect(sentences).toEqual(
          isMissing ? [expect.stringMatching(/^error: The stack has Magpie, and nobody can be signed in/)] : [],
        );
    }
  });

  it('Magpie is in every platform before 1.24, where it is no component', () => {
    const [components, variables] = [ALL.slice(1), { MAGPIE_ADMIN_PASSWORD: '' }];
    expect(said(variables, { components, era: eraCalled('1.22.0') })).toEqual([
      expect.stringMatching(/^error: The stack has Magpie, and nobody can be signed in/),
    ]);
    for (const era of [PLAIN_ERA, eraCalled('1.24.0'), eraCalled('2.26.0')]) {
      expect(said(variables, { components, era })).toEqual([]);
    }
  });

  it('warns of the password of the example without repeating it', () => {
    const found = said({ MAGPIE_ADMIN_PASSWORD: 'qwertyqwerty!' });
    expect(found).toEqual([expect.stringMatching(/^warning: MAGPIE_ADMIN_PASSWORD has a value that everybody knows/)]);
    expect(found.join()).not.toContain('qwerty');
  });

  it('warns by name of birds that Weaver may not be able to read, with both ways out', () => {
    const components = ALL.slice(0, 2);
    const [first = '', ...others] = said({}, { components });
    expect(others).toEqual([]);
    expect(first).toMatch(/^warning: WEAVER_WPS_PROVIDERS: Weaver asks for finch, raven at Twitcher's path/);
    expect(first).toContain('Enable ./optional-components/all-public-access, or');
    expect(first).toContain("WEAVER_PROVIDERS_URL_TEMPLATE='http://{name}.birds:5000/wps'");
    expect(said({ WEAVER_PROVIDERS_URL_TEMPLATE: 'http://{name}.birds:5000/wps' }, { components })).toEqual([]);
    const template = 'https://birds.example.org/twitcher/ows/proxy/{name}';
    expect(said({ WEAVER_PROVIDERS_URL_TEMPLATE: template }, { components })).toEqual([first]);
    expect(said({ WEAVER_WPS_PROVIDERS: '' }, { components })).toEqual([]);
  });

  it.each(['http://{name}:5000/wps', 'http://{name}.a_b:5000/wps'])('warns of %s, which Weaver refuses', (template) => {
    const told = said({ WEAVER_PROVIDERS_URL_TEMPLATE: template });
    expect(told).toEqual([
      expect.stringMatching(/^warning: WEAVER_PROVIDERS_URL_TEMPLATE: Weaver takes no address like/),
    ]);
  });

  it.each([
    'http://{name}.birds:5000/wps',
    'http://127.0.0.1:5000/{name}',
    'http://localhost:5000/{name}',
    'http://[::1]/{name}',
  ])('says nothing of %s', (template) => {
    expect(said({ WEAVER_PROVIDERS_URL_TEMPLATE: template })).toEqual([]);
  });

  it('warns of a bird that is no service, with the nearest name', () => {
    const services = ['weaver', 'Finch', 'ravens'];
    const expected = [
      'warning: WEAVER_WPS_PROVIDERS: raven is no service of this stack (the nearest name there is ravens): correct the name, unless the bird is elsewhere.',
    ];
    expect(said({}, { services })).toEqual(expected);
    const dotless = expect.stringContaining('whose host has no dot') as string;
    const bare = (template: string) => said({ WEAVER_PROVIDERS_URL_TEMPLATE: template }, { services });
    expect(bare('http://{name}:5000/wps')).toEqual([dotless, ...expected]);
    expect(bare('http://{name}s:5000/wps')).toHaveLength(2);
    for (const template of ['https://{name}.example.org/wps', 'https://birds.example.org/{name}/wps']) {
      expect(said({ WEAVER_PROVIDERS_URL_TEMPLATE: template }, { services }), template).toEqual([]);
    }
    expect(said({})).toEqual([]);
  });

  it('is silent on variables of which something is said already, and on those alone', () => {
    const troubles = [
      { variables: ['WEAVER_CONFIG'], message: 'a' },
      { variables: ['WEAVER_WPS_PROVIDERS'], message: 'b' },
    ];
    expect(untold(troubles, ['/x/env.local line 3: WEAVER_WPS_PROVIDERS_MAX_TIME should be a number.'])).toEqual(
      troubles,
    );
    expect(untold(troubles, ['/x line 3: WEAVER_CONFIG should be one of those.'])).toEqual(troubles.slice(1));
  });

  it('errors have the place of the variable, warnings are none', () => {
    const view = {
      components: ALL.slice(0, 2),
      era: PLAIN_ERA,
      variables: { ...PLATFORM, WEAVER_CONFIG: 'ADES', MAGPIE_ADMIN_USERNAME: '', MAGPIE_ADMIN_PASSWORD: '' },
      originOf: (name: string) => (name === 'WEAVER_CONFIG' ? { file: '/p/env.local', line: 7 } : undefined),
    };
    expect(birdErrors(view, [])).toEqual([
      expect.stringMatching(/^\/p\/env\.local line 7: WEAVER_CONFIG: ADES is a role/),
      expect.stringMatching(/^The stack has Magpie/),
    ]);
    expect(birdErrors(view, ['MAGPIE_ADMIN_USERNAME is required.'])).toHaveLength(1);
  });
});
