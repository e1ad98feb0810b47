import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, registryRefusal } from '../../../../activities/compose/registry-answer.js';

const local = { digests: ['sha256:a', 'sha256:b'], named: true, behind: false };
const here = { digests: [], named: false, behind: false };
const refused = { text: 'denied' };

const login = { registry: 'quay.io', named: true, file: '/root/.docker/config.json' };
const account = { username: 'bird', password: 'pass', serveraddress: 'quay.io' };
const refusal = (text: string, rest: Partial<Parameters<typeof registryRefusal>[1]> = {}) =>
  registryRefusal(text, {
    reference: 'quay.io/a/b:1',
    services: ['web', 'api'],
    login,
    redact: (words) => words,
    ...rest,
  });
const serverError = (text: string) => `(HTTP code 500) server error - ${text}`;

describe('activities/compose/registry-answer', () => {
  it.each([
    ['a digest that is known here', local, { digest: 'sha256:b' }, 'same'],
    ['another digest', local, { digest: 'sha256:c' }, { moved: 'sha256:c' }],
    ['a known digest that is not deployed', { ...local, behind: true }, { digest: 'sha256:a' }, { moved: 'sha256:a' }],
    ['a digest of what was loaded from a file', here, { digest: 'sha256:c' }, { moved: 'sha256:c' }],
    ['no such image, which once was there', local, { unknown: true }, 'gone'],
    ['no such image, which never was there', here, { unknown: true }, 'only here'],
    ['no such image of a named registry', { ...here, named: true }, { unknown: true }, 'only here'],
    ['a refusal of what never was there', here, refused, 'only here'],
    ['a refusal by a named registry', { ...here, named: true }, refused, { refused: 'denied' }],
    ['a refusal of what came from there', { ...here, digests: ['sha256:a'] }, refused, { refused: 'denied' }],
  ] as const)('%s', (_, side, answer, verdict) => {
    expect(judge(side, answer)).toEqual(verdict);
  });

  it.each([
    [serverError('Head "https://quay.io/v2/a/b/manifests/1": no basic auth credentials'), 'Unauthorised'],
    ['(HTTP code 401) no such image - unauthorized: authentication required', 'Unauthorised'],
    ['(HTTP code 403) unexpected - denied', 'Unauthorised'],
    ['(HTTP code 429) unexpected - toomanyrequests: slow', 'RegistryBusy'],
    [serverError('received unexpected HTTP status: 503 Service Unavailable'), 'RegistryBusy'],
    [serverError('Get "https://quay.io/v2/": dial tcp: lookup quay.io: no such host'), 'RegistryBusy'],
    [serverError('Get "https://quay.io/v2/": context deadline exceeded (Client.Timeout exceeded)'), 'RegistryBusy'],
    ['timed out after 35 s', 'RegistryBusy'],
    [serverError('error unmarshalling content: json: cannot unmarshal string'), 'RegistryBusy'],
    [serverError('Get "https://quay.io/v2/": x509: certificate signed by unknown authority'), 'Configuration'],
    [serverError('Get "http://127.0.0.1:403/v2/a/manifests/401": EOF'), 'RegistryBusy'],
  ])('%s is %s', (text, type) => {
    expect(refusal(text).type).toBe(type);
  });

  it('names registry, file, image and services to who has to log in', () => {
    const without = refusal(serverError('no basic auth credentials')).message;
    expect(without).toMatch(
      /^Registry quay.io refuses us without a login, and \/root\/.docker\/config.json holds none for it \(asked for quay.io\/a\/b:1, for web, api\)\. Log in .*: docker login quay.io/,
    );
    const wrong = refusal('unauthorized', { login: { ...login, auth: account } }).message;
    expect(wrong).toMatch(/^Registry quay.io refuses the login of \/root\/.docker\/config.json/);
    expect(refusal('unauthorized', { login: { ...login, registry: 'docker.io' } }).message).toMatch(/: docker login:/);
  });

  it('answers thousands of texts with a sentence that is redacted', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const found = refusal(`${text} hunter2`, { redact: (words) => words.replaceAll('hunter2', '…') });
        expect(found.message).toMatch(/^Registry quay.io /);
        expect(found.message).not.toContain('hunter2');
      }),
    );
  });
});
