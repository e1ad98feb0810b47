import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryLogins } from '../../../../activities/docker/credentials.js';

let directory: string;
const { signal } = new AbortController();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'birdkeeper-helper-'));
  const helper = (name: string, script: string) =>
    writeFile(join(directory, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  await helper(
    'good',
    `test "$1" = get || exit 9
read -r server
echo "$server" >> ${directory}/asked
case $server in
  quay.io) echo '{"ServerURL":"quay.io","Username":"bird","Secret":"s3cret-word"}' ;;
  ghcr.io) echo '{"ServerURL":"ghcr.io","Username":"<token>","Secret":"s3cret-token"}' ;;
  *) echo 'credentials not found in native keychain'; exit 1 ;;
esac`,
  );
  await helper('bad', 'echo s3cret-out; echo s3cret-err >&2; exit 3');
  await helper('mute', 'echo s3cret-out');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function logins(config: unknown) {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  await writeFile(join(directory, 'config.json'), text);
  const path = `${directory}:${process.env['PATH'] ?? ''}`;
  return registryLogins({ environment: { PATH: path, DOCKER_CONFIG: directory }, signal });
}

const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('it did not fail'),
    (error: Error) => error,
  );

describe('activities/docker/credential-helper', () => {
  it('gives the login of a registry, asked once for all of its images', async () => {
    const login = await logins({ credsStore: 'good' });
    const found = await Promise.all([
      login('quay.io/a/b:1'),
      login('quay.io/c:2'),
      login('ghcr.io/a:1'),
      login('nginx'),
    ]);
    const file = join(directory, 'config.json');
    const quay = { username: 'bird', password: 's3cret-word', serveraddress: 'quay.io' };
    expect(found).toEqual([
      { registry: 'quay.io', named: true, file, auth: quay },
      { registry: 'quay.io', named: true, file, auth: quay },
      { registry: 'ghcr.io', named: true, file, auth: { identitytoken: 's3cret-token', serveraddress: 'ghcr.io' } },
      { registry: 'docker.io', named: false, file },
    ]);
    const asked = (await readFile(join(directory, 'asked'), 'utf8')).trim().split('\n').sort();
    expect(asked).toEqual(['ghcr.io', 'https://index.docker.io/v1/', 'quay.io']);
  });

  it.each([
    ['bad', /docker-credential-bad \(named in .*config.json\) gave no login for quay.io: it ended with status 3/],
    ['mute', /its answer is not JSON/],
    ['none-here', /it could not be started/],
    ['../bad', /this is not the name of a program/],
  ])('says what is wrong with helper %s, and nothing of what it wrote', async (name, message) => {
    const login = await logins({ credHelpers: { 'quay.io': name } });
    const error = await failure(login('quay.io/a:1'));
    expect(error).toMatchObject({ type: 'Unauthorised', message: expect.stringMatching(message) as string });
    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain('s3cret');
    expect(await login('nginx')).not.toHaveProperty('auth');
  });

  it('does without a configuration', async () => {
    const login = registryLogins({ environment: { HOME: join(directory, 'nobody') }, signal });
    expect(await login('quay.io/a:1')).toEqual({
      registry: 'quay.io',
      named: true,
      file: join(directory, 'nobody', '.docker', 'config.json'),
    });
  });

  it('names a configuration that is broken', async () => {
    const login = await logins('{"auths": s3cret');
    const error = await failure(login('quay.io/a:1'));
    expect(error).toMatchObject({ type: 'Configuration', message: expect.stringContaining(directory) as string });
    expect(error.message).not.toContain('s3cret');
  });
});
