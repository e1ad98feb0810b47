import { describe, expect, it } from 'vitest';
import {
  addressOf,
  publicAddress,
  wantedNames,
  weaverPlace,
  withoutQuery,
} from '../../../../activities/weaver/place.js';

const TODAY = { BIRDHOUSE_FQDN_PUBLIC: 'birds.example.org', WEAVER_WPS_PROVIDERS: 'finch raven' };
const place = (variables: Record<string, string>) => weaverPlace(variables).place;
const problems = (variables: Record<string, string>) => weaverPlace(variables).problems;

describe('activities/weaver/place', () => {
  it.each([
    [{ BIRDHOUSE_FQDN_PUBLIC: 'new.org', PAVICS_FQDN_PUBLIC: 'old.org' }, 'https://new.org'],
    [{ PAVICS_FQDN_PUBLIC: 'old.org', PAVICS_FQDN: 'inside.org' }, 'https://old.org'],
    [{ PAVICS_FQDN: 'inside.org' }, 'https://inside.org'],
    [{ BIRDHOUSE_FQDN: 'inside.org', BIRDHOUSE_PROXY_SCHEME: 'http' }, 'http://inside.org'],
    [{}, undefined],
  ])('%j is seen from outside as %s', (variables, address) => {
    expect(publicAddress(variables)).toBe(address);
  });

  it('a service is below the public address unless a variable of its own says otherwise', () => {
    expect(addressOf(TODAY, 'MAGPIE_URL', '/magpie/')).toBe('https://birds.example.org/magpie');
    expect(addressOf({ ...TODAY, MAGPIE_URL: 'http://magpie:2001/' }, 'MAGPIE_URL', 'magpie')).toBe(
      'http://magpie:2001',
    );
    expect(addressOf({}, 'MAGPIE_URL', 'magpie')).toBeUndefined();
  });

  it('finds Weaver by its name, and birds behind Twitcher', () => {
    expect(place({ ...TODAY, WEAVER_MANAGER_NAME: 'weaver2' })).toEqual({
      url: 'https://birds.example.org/weaver2',
      birds: [
        { name: 'finch', url: 'https://birds.example.org/twitcher/ows/proxy/finch' },
        { name: 'raven', url: 'https://birds.example.org/twitcher/ows/proxy/raven' },
      ],
      ...{ maxTimeSeconds: 120, retryCount: 5, retryAfterSeconds: 5, dropsOthers: false },
    });
  });

  it('a protected path with or without slashes makes no doubled ones', () => {
    for (const TWITCHER_PROTECTED_PATH of ['/a/b', 'a/b', '/a/b/', '//a/b//']) {
      expect(place({ ...TODAY, TWITCHER_PROTECTED_PATH })?.birds[0]?.url).toBe('https://birds.example.org/a/b/finch');
    }
  });

  it('addresses inside the platform need no public one', () => {
    const found = place({
      WEAVER_URL: 'http://weaver:4001/weaver/',
      WEAVER_PROVIDERS_URL_TEMPLATE: 'http://{name}:5000/wps',
      WEAVER_WPS_PROVIDERS: 'finch',
    });
    expect(found).toMatchObject({
      url: 'http://weaver:4001/weaver',
      birds: [{ name: 'finch', url: 'http://finch:5000/wps' }],
    });
  });

  it.each([
    [' catalog  finch\nraven\t', ['catalog', 'finch', 'raven']],
    ['catalog,finch, raven,,', ['catalog', 'finch', 'raven']],
    ['finch finch', ['finch']],
    ['', []],
  ])('reads %j as %j', (text, names) => {
    expect(wantedNames({ WEAVER_WPS_PROVIDERS: text })).toEqual(names);
  });

  it.each(['-finch', 'finch-', 'a--b', 'a/b', 'fin ch!', 'é', '_a'])('refuses the id %j', (name) => {
    const [first = ''] = problems({ ...TODAY, WEAVER_WPS_PROVIDERS: name }) ?? [];
    expect(first).toContain('should be the id of a provider');
  });

  it.each(['finch', 'a1', 'Finch-2', 'a_b-c'])('accepts the id %j', (name) => {
    expect(place({ ...TODAY, WEAVER_WPS_PROVIDERS: name })?.birds).toHaveLength(1);
  });

  it('refuses two ids on one address, by name, before anything is asked', () => {
    const said = problems({ ...TODAY, WEAVER_PROVIDERS_URL_TEMPLATE: 'http://finch:5000/wps' });
    expect(said).toEqual([
      'WEAVER_WPS_PROVIDERS: finch and raven have one address, http://finch:5000/wps, of which Weaver keeps only the last one: take the others away, or put {name} into WEAVER_PROVIDERS_URL_TEMPLATE.',
    ]);
  });

  it('addresses that differ only in their query are one to Weaver', () => {
    const said = problems({ ...TODAY, WEAVER_PROVIDERS_URL_TEMPLATE: 'http://birds:5000/wps?map={name}' });
    expect(said?.[0]).toContain('have one address');
    expect(withoutQuery('http://a/wps/?map=1#x')).toBe('http://a/wps');
  });

  it('says what is missing when nothing says where Weaver is', () => {
    expect(problems({})?.[0]).toMatch(/^Nothing says where Weaver is: set BIRDHOUSE_FQDN_PUBLIC/);
  });

  it.each(['ftp://weaver', 'weaver', 'http://ann:secret@weaver:4001'])(
    'refuses WEAVER_URL=%s without repeating it',
    (url) => {
      const said = problems({ ...TODAY, WEAVER_URL: url }) ?? [];
      expect(said).toEqual(['WEAVER_URL: should give an http(s) address without user and password.']);
    },
  );

  it('negative numbers are 0, as the script of the platform takes them', () => {
    const variables = { WEAVER_WPS_PROVIDERS_RETRY_COUNT: '-1', WEAVER_WPS_PROVIDERS_RETRY_AFTER: '-5' };
    expect(place({ ...TODAY, ...variables })).toMatchObject({ retryCount: 0, retryAfterSeconds: 0 });
  });

  it.each(['abc', '1.5', '100000', '1e3'])('refuses %s as a time', (text) => {
    expect(problems({ ...TODAY, WEAVER_WPS_PROVIDERS_MAX_TIME: text })?.[0]).toContain('WEAVER_WPS_PROVIDERS_MAX_TIME');
  });

  it('drops others only when told', () => {
    for (const [text, drops] of [
      ['True', true],
      ['true', true],
      ['False', false],
      ['', false],
      ['yes', false],
    ] as const)
      expect(place({ ...TODAY, WEAVER_UNREGISTER_DROPPED_PROVIDERS: text })?.dropsOthers).toBe(drops);
  });
});
