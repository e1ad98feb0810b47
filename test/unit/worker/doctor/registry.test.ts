import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeCredentials, registryOf } from '../../../../worker/doctor/registry.js';

const file = '/root/.docker/config.json';
const judge = (value: unknown, ...absent: string[]) =>
  judgeCredentials(file, value === undefined ? undefined : JSON.stringify(value), absent);

describe('worker/doctor/registry', () => {
  it.each([
    ['nginx', 'docker.io'],
    ['pavics/canarie:1', 'docker.io'],
    ['registry.example/web:2', 'registry.example'],
    ['localhost/web', 'localhost'],
    ['localhost:5000/a/b@sha256:0', 'localhost:5000'],
  ])('%s comes from %s', (reference, registry) => {
    expect(registryOf(reference)).toBe(registry);
  });

  it('knows a login in each of the forms in which docker keeps one', () => {
    const image = 'registry.example/web:2';
    expect(judge({ auths: { 'registry.example': { auth: 'x' } } }, image).findings[0]?.result).toBe('ok');
    expect(judge({ auths: { 'https://index.docker.io/v1/': {} } }, 'nginx').findings[0]?.result).toBe('ok');
    expect(judge({ credsStore: 'pass' }, image)).toMatchObject({
      findings: [{ result: 'ok' }],
      helpers: ['docker-credential-pass'],
    });
    expect(judge({ credHelpers: { 'registry.example': 'ecr' } }, image).helpers).toEqual(['docker-credential-ecr']);
  });

  it('warns when there is no login, and fails when docker could not read its file', () => {
    for (const value of [undefined, {}, { auths: { 'other.example': {} } }]) {
      const [finding] = judge(value, 'registry.example/web:2', 'registry.example/api:2').findings;
      expect(finding).toMatchObject({
        result: 'warn',
        finding: expect.stringContaining(
          '2 images are still to be pulled; there is no login for registry.example',
        ) as string,
        remedy: 'If they are not public: docker login registry.example',
      });
    }
    expect(judgeCredentials(file, '{"auths"', ['x']).findings[0]?.result).toBe('fail');
    expect(judgeCredentials(file, '{"auths":[]}', ['x']).findings[0]?.result).toBe('fail');
    expect(judgeCredentials(file, new Error('EACCES'), ['x']).findings[0]?.result).toBe('fail');
  });

  it('shows nothing of an entry, whatever the file holds', () => {
    const secret = 'c2VjcmV0OnNlY3JldA';
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, name) => {
        const text = JSON.stringify({ auths: { [name]: { auth: secret } }, credHelpers: value, more: value });
        expect(JSON.stringify(judgeCredentials(file, text, ['registry.example/a']))).not.toContain(secret);
      }),
    );
  });
});
