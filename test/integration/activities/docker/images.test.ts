import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../../activities/docker/engine.js';
import { REGISTRY_USER, startRegistry } from '../../../support/registry.js';
import { Sample } from '../compose/sample.js';
import { useRegistry } from '../../../support/images-in-vitest.js';

const { images, registry } = useRegistry();
const engine = createEngine();
const { signal } = new AbortController();

const pushed = async (name: string, text: string): Promise<{ reference: string; id: string }> => {
  const reference = `${registry().host}/${name}:1`;
  const id = await images().buildImage({ tag: reference, files: { '/v': text } });
  await images().push(reference);
  return { reference, id };
};

describe('activities/docker/images', () => {
  it('asks a registry which digest a reference has, without pulling', async () => {
    const { reference } = await pushed('app', 'one');
    const [local] = await engine.repoDigests(reference, { signal });
    expect(`${registry().host}/app@${await engine.registryDigest(reference, { signal })}`).toBe(local);
    await images().forget(reference);
    expect(await engine.registryDigest(reference, { signal })).toMatch(/^sha256:/);
    expect(await engine.imageId(reference, { signal })).toBeUndefined();
    expect(await engine.registryDigest(`${registry().host}/app:nope`, { signal })).toBeUndefined();
    expect(await engine.registryDigest(`${registry().host}/nope:1`, { signal })).toBeUndefined();
  });

  it('logs in where a registry asks for it', async () => {
    const closed = await startRegistry({ requireLogin: true });
    try {
      const reference = `${closed.host}/app:1`;
      const auth = { username: REGISTRY_USER.name, password: REGISTRY_USER.password, serveraddress: closed.host };
      expect(await engine.registryDigest(reference, { signal, auth })).toBeUndefined();
      await expect(engine.registryDigest(reference, { signal })).rejects.toThrow(/no basic auth credentials/);
      const wrong = { ...auth, password: 'not-this-one' };
      const refused = await engine.registryDigest(reference, { signal, auth: wrong }).catch(String);
      expect(refused).toMatch(/unauthorized/);
      expect(refused).not.toContain('not-this-one');
    } finally {
      await closed.remove();
    }
  });

  it.each(['app//web:1', 'a/../b:1', 'a?b', 'x y'])('survives %j, of which the client library dies', async (text) => {
    expect(await engine.imageId(text, { signal })).toBeUndefined();
    expect(await engine.registryDigest(text, { signal })).toBeUndefined();
    expect(await engine.removeImage(text, { signal })).toBe(false);
    expect(await engine.resources({ volumes: [text], networks: [text] }, { signal }).catch(String)).not.toHaveLength(1);
    // The redirection was followed a moment later, outside of any call.
    await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('lists images with their names and digests, and those that lost their name', async () => {
    const first = await pushed('moving', 'one');
    const second = await pushed('moving', 'two');
    const listed = await engine.images({ signal });
    const find = (id: string) => listed.find((image) => image.id === id);
    expect(find(second.id)?.names).toEqual([second.reference]);
    expect(find(second.id)?.digests).toEqual(await engine.repoDigests(second.reference, { signal }));
    expect(find(first.id)).toMatchObject({ names: [] });
    expect(await engine.removeImage(first.id, { signal })).toBe(true);
    expect(await engine.removeImage(first.id, { signal })).toBe(false);
    expect(await engine.imageId(first.id, { signal })).toBeUndefined();
  });

  it('leaves what a container needs, running or not', async () => {
    const reference = `bk-test-${randomBytes(4).toString('hex')}:1`;
    const id = await images().buildImage({ tag: reference, files: { '/v': reference } });
    const sample = await Sample.create({ job: { image: reference, command: ['true'], network_mode: 'none' } });
    try {
      await sample.recreateAll();
      expect(await engine.imagesInUse({ signal })).toContain(id);
      expect(await engine.removeImage(reference, { signal })).toBe(false);
      await engine.untag(reference, { signal });
      expect(await engine.imageId(reference, { signal })).toBe(id);
    } finally {
      await sample.remove();
    }
    expect(await engine.imagesInUse({ signal })).not.toContain(id);
    await engine.untag(reference, { signal });
    expect(await engine.imageId(reference, { signal })).toBeUndefined();
  });
});
