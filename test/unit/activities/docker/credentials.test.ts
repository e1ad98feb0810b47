import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dockerConfigFile, parseConfig, placeOf } from '../../../../activities/docker/credentials.js';

const FILE = '/root/.docker/config.json';
const HUB = 'https://index.docker.io/v1/';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const place = (config: unknown, registry = 'quay.io') =>
  placeOf(parseConfig(JSON.stringify(config), FILE), registry, FILE);
const auths = (key: string, entry: unknown = { auth: base64('bird:pass:word') }) => ({ auths: { [key]: entry } });

describe('activities/docker/credentials', () => {
  it('reads the file that the docker command line reads', () => {
    expect(dockerConfigFile({ DOCKER_CONFIG: '/etc/bird', HOME: '/root' })).toBe('/etc/bird/config.json');
    expect(dockerConfigFile({ DOCKER_CONFIG: '', HOME: '/root' })).toBe(FILE);
    expect(dockerConfigFile({ HOME: '/root' })).toBe(FILE);
  });

  it.each([
    ['quay.io', 'quay.io', 'quay.io'],
    ['https://quay.io', 'quay.io', 'quay.io'],
    ['https://quay.io/v1/', 'quay.io', 'quay.io'],
    ['127.0.0.1:5000', '127.0.0.1:5000', '127.0.0.1:5000'],
    [HUB, 'docker.io', HUB],
    ['docker.io', 'docker.io', HUB],
  ])('finds a login that is kept under %s', (key, registry, serveraddress) => {
    expect(place(auths(key), registry)).toEqual({ auth: { username: 'bird', password: 'pass:word', serveraddress } });
  });

  it.each([
    ['quay.io.evil.example', 'quay.io'],
    ['quay.io', '127.0.0.1:5000'],
    [`${HUB}refresh-token`, 'docker.io'],
    ['127.0.0.1:5000', '127.0.0.1:5001'],
  ])('does not give the login of %s to %s', (key, registry) => {
    expect(place(auths(key), registry)).toEqual({ auth: undefined });
  });

  it.each([
    [{ identitytoken: 't' }, { identitytoken: 't' }],
    [{ auth: base64('a:b'), identitytoken: 't' }, { identitytoken: 't' }],
    [{ registrytoken: 't' }, { registrytoken: 't' }],
    [
      { username: 'a', password: 'b' },
      { username: 'a', password: 'b' },
    ],
    [{ auth: base64('a:b\0\0') }, { username: 'a', password: 'b' }],
  ])('reads %o', (entry, expected) => {
    expect(place(auths('quay.io', entry))).toEqual({ auth: { ...expected, serveraddress: 'quay.io' } });
  });

  it.each([{}, { auth: '' }, { auth: null }])('takes %o for no login', (entry) => {
    expect(place(auths('quay.io', entry))).toEqual({ auth: undefined });
  });

  it('asks the helper of a registry before the general one, and that before the file', () => {
    const file = auths('quay.io');
    expect(place({ ...file, credsStore: 'pass' })).toEqual({ helper: 'pass' });
    expect(place({ ...file, credsStore: 'pass', credHelpers: { 'quay.io': 'mine' } })).toEqual({ helper: 'mine' });
    expect(place({ ...file, credsStore: 'pass', credHelpers: { 'gcr.io': 'gcloud' } })).toEqual({ helper: 'pass' });
    expect(place({ ...file, credsStore: 'pass', credHelpers: { 'quay.io': '' } })).toHaveProperty('auth.username');
  });

  it('says which file is broken and not what it holds', () => {
    expect(() => parseConfig('{"auths": {"quay.io": {"auth": hunter2', FILE)).toThrow(/config.json.*it is not JSON/);
    expect(() => parseConfig('{"auths": {"quay.io": "hunter2"}}', FILE)).toThrow(/auths is not as Docker writes it/);
    expect(() => place(auths('quay.io', { auth: base64('hunter2') }))).toThrow(/login of quay.io is not the base64/);
  });

  it('answers thousands of texts with a login or a sentence, and never quotes one', () => {
    const secret = 's3cretvalue';
    const value = fc.oneof(fc.constant(secret), fc.constant(base64(secret)), fc.jsonValue());
    const config = fc.oneof(
      fc.string(),
      fc
        .record({ auths: fc.dictionary(fc.constantFrom('quay.io', secret, '__proto__'), value) })
        .map((it) => JSON.stringify(it)),
      fc
        .record({ credsStore: value, credHelpers: value, auths: fc.record({ 'quay.io': fc.record({ auth: value }) }) })
        .map((it) => JSON.stringify(it)),
    );
    fc.assert(
      fc.property(config, (text) => {
        try {
          placeOf(parseConfig(text, FILE), 'quay.io', FILE);
        } catch (error) {
          expect(error).toMatchObject({ name: 'StepFailure', type: 'Configuration' });
          expect(String(error)).not.toContain(secret);
          expect(String(error)).not.toContain(base64(secret));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
