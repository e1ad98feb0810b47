import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageNeed } from '../../../../activities/compose/images.js';
import { provideImages } from '../../../../activities/compose/pull.js';
import { dockerConfigFile } from '../../../../activities/docker/credentials.js';
import { createEngine } from '../../../../activities/docker/engine.js';
import { localStep } from '../../../../activities/shared/step.js';
import { type Images, createImages } from '../../../support/images.js';
import { REGISTRY_USER, type Registry, startRegistry } from '../../../support/registry.js';
import { processEnvironment } from './sample.js';

let images: Images;
let registry: Registry;
let directory: string;
const engine = createEngine();
const step = localStep();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'birdkeeper-pull-'));
  images = await createImages();
  registry = await startRegistry();
});
afterAll(async () => {
  await registry?.remove();
  await images?.cleanup();
  await rm(directory, { recursive: true, force: true });
});

const need = (reference: string, rest: Partial<ImageNeed> = {}): ImageNeed => ({
  reference,
  how: 'pull',
  reason: 'it is not on this host',
  services: ['web', 'api'],
  ...rest,
});
const provide = (needs: ImageNeed[], variables: Record<string, string> = {}, rest: { loginFile?: string } = {}) =>
  provideImages({
    view: {
      name: 'bk-test-pull',
      directory,
      composeFiles: [join(directory, 'compose.json')],
      composeVariables: { ...processEnvironment(), ...variables },
      wrap: (command) => command,
    },
    needs,
    lock: join(directory, 'lock'),
    step,
    redact: (text) => text,
    ...rest,
  });

describe('activities/compose/pull', () => {
  it('fetches what is missing', async () => {
    const reference = `${registry.host}/app:1`;
    const id = await images.buildImage({ tag: reference, files: { '/v': 'one' } });
    await images.push(reference);
    await images.forget(reference);
    expect(await engine.imageId(reference, step)).toBeUndefined();
    expect(await provide([need(reference)])).toEqual({ pulled: [reference], built: [] });
    expect(await engine.imageId(reference, step)).toBe(id);
    expect(await engine.repoDigests(reference, step)).toEqual([
      expect.stringContaining(`${registry.host}/app@sha256:`),
    ]);
  });

  it('says which image of which services does not exist', async () => {
    await expect(provide([need(`${registry.host}/app:nope`)])).rejects.toMatchObject({
      type: 'NotFound',
      message: expect.stringMatching(
        /app:nope \(for web, api\) could not be pulled: the registry has no such image/,
      ) as string,
    });
  });

  it('tells refused credentials from an image that is not there', async () => {
    const closed = await startRegistry({ requireLogin: true });
    try {
      const reference = `${closed.host}/private:1`;
      // No `docker login`: the configuration of whoever runs this is not touched.
      const variables = { DOCKER_CONFIG: directory };
      await expect(provide([need(reference)], variables)).rejects.toMatchObject({ type: 'Unauthorised' });
      const loginFile = dockerConfigFile(variables);
      await expect(provide([need(reference)], variables, { loginFile })).rejects.toMatchObject({
        type: 'Unauthorised',
        message: expect.stringContaining(`(logins are read from ${directory}/config.json). Log in`) as string,
      });
      const auth = Buffer.from(`${REGISTRY_USER.name}:${REGISTRY_USER.password}`).toString('base64');
      const account = join(directory, 'account');
      await mkdir(account);
      await writeFile(join(account, 'config.json'), JSON.stringify({ auths: { [closed.host]: { auth } } }));
      await expect(provide([need(reference)], { DOCKER_CONFIG: account })).rejects.toMatchObject({ type: 'NotFound' });
    } finally {
      await closed.remove();
    }
  });

  it.each([
    [429, { errors: [{ code: 'TOOMANYREQUESTS', message: 'slow down' }] }],
    [503, { errors: [{ code: 'UNAVAILABLE', message: 'down' }] }],
  ])('comes back later when a registry answers %i', async (status, body) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    try {
      await expect(provide([need(`127.0.0.1:${port}/x:1`)])).rejects.toMatchObject({
        type: 'RegistryBusy',
        retryAfterMs: expect.any(Number) as number,
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('names the image that needs a person when another registry is only away', async () => {
    const away = need('127.0.0.1:1/x:1');
    await expect(provide([away])).rejects.toMatchObject({ type: 'RegistryBusy' });
    await expect(provide([away, need(`${registry.host}/app:nope`)])).rejects.toMatchObject({ type: 'NotFound' });
  });

  describe('builds', () => {
    const compose = async (dockerfile: string) => {
      const context = join(directory, 'context');
      await mkdir(context, { recursive: true });
      await writeFile(join(context, 'Dockerfile'), dockerfile);
      const services = { made: { image: `${images.base}-made`, build: { context } } };
      await writeFile(join(directory, 'compose.json'), JSON.stringify({ services }));
      return need(`${images.base}-made`, { how: 'build', builtBy: 'made', services: ['made'] });
    };

    it.each(['0', '1'])('what has a build section, with DOCKER_BUILDKIT=%s', async (DOCKER_BUILDKIT) => {
      const made = await compose(`FROM ${images.base}\nLABEL way=${DOCKER_BUILDKIT}\n`);
      expect(await provide([made], { DOCKER_BUILDKIT })).toEqual({ pulled: [], built: [made.reference] });
      expect(await engine.imageId(made.reference, step)).toMatch(/^sha256:/);
      await engine.untag(made.reference, step);
      expect(await engine.imageId(made.reference, step)).toBeUndefined();
    });

    it('and says what a Dockerfile did wrong', async () => {
      const made = await compose(`FROM ${images.base}\nNONSENSE\n`);
      await expect(provide([made])).rejects.toMatchObject({
        type: 'Configuration',
        message: expect.stringMatching(/could not build .*-made \(for made\)[\s\S]*NONSENSE/i) as string,
      });
    });
  });
});
