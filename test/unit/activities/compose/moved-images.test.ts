import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { askedReferences, movedImages } from '../../../../activities/compose/moved-images.js';
import type { Engine } from '../../../../activities/docker/types.js';
import { localStep } from '../../../../activities/shared/step.js';
import { aModel } from './builders.js';

/** A double: an engine whose registry answers as it is told, and counts how many questions are open. */
function registryOf(answer: (reference: string) => Promise<string | undefined>) {
  const seen = { open: 0, most: 0 };
  const engine: Pick<Engine, 'imageId' | 'repoDigests' | 'registryDigest'> = {
    imageId: async () => 'sha256:id',
    repoDigests: async (reference) => [`${reference}@sha256:old`],
    registryDigest: async (reference, { signal }) => {
      seen.most = Math.max(seen.most, (seen.open += 1));
      try {
        const aborted = new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        );
        return await Promise.race([answer(reference), aborted]);
      } finally {
        seen.open -= 1;
      }
    },
  };
  return { engine, seen };
}

const registryNamed = (reference: string) => (reference.startsWith('a') ? 'quay.io' : 'ghcr.io');

const ask = (images: readonly string[], engine: ReturnType<typeof registryOf>['engine'], questionMs = 5_000) =>
  movedImages(aModel(Object.fromEntries(images.map((image, at) => [`s${at}`, { image }]))), {
    engine,
    loginFor: async (reference) => ({ registry: registryNamed(reference), named: true, file: '/config.json' }),
    step: localStep(),
    redact: (text) => text,
    questionMs,
  });

describe('activities/compose/moved-images', () => {
  it('asks once for each image that may be pulled', () => {
    const model = aModel({
      a: { image: 'x:1' },
      b: { image: 'x:1' },
      built: { build: { context: '/c' }, image: 'made:1' },
      useful: { image: 'made:1' },
      pinned: { image: `x@sha256:${'a'.repeat(64)}` },
      never: { image: 'mine:1', pull_policy: 'never' },
      kept: { image: 'birdkeeper.local/stack/web:r1' },
    });
    expect(askedReferences(model)).toEqual([['x:1', ['a', 'b']]]);
  });

  it('asks few at once', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `a:${String(at).padStart(2, '0')}`);
    const { engine, seen } = registryOf(async () => {
      await sleep(2);
      return 'sha256:new';
    });
    const moved = await ask(names, engine);
    expect(moved.map(({ reference }) => reference)).toEqual(names);
    expect(moved[0]).toEqual({ reference: 'a:00', digest: 'sha256:new', services: ['s0'] });
    expect(seen.most).toBe(6);
  });

  it('does not wait for ever for one answer', async () => {
    const { engine } = registryOf(() => new Promise(() => undefined));
    await expect(ask(['a:1'], engine, 20)).rejects.toMatchObject({
      type: 'RegistryBusy',
      message: expect.stringMatching(/quay.io could not be asked for the digest of a:1, for s0/) as string,
    });
  });

  it('does not wait for the same silent registry image by image', async () => {
    let asked = 0;
    const { engine } = registryOf(() => {
      asked += 1;
      return new Promise(() => undefined);
    });
    const names = Array.from({ length: 40 }, (_, at) => `a:${at}`);
    await expect(ask(names, engine, 20)).rejects.toMatchObject({ type: 'RegistryBusy' });
    expect(asked).toBe(6);
  });

  it('tells of the registry that needs a person before one that is busy', async () => {
    const { engine } = registryOf(async (reference) => {
      throw new Error('asked', { cause: new Error(reference === 'b:1' ? 'unauthorized' : 'received 503') });
    });
    await expect(ask(['a:1', 'b:1', 'c:1'], engine)).rejects.toMatchObject({ type: 'Unauthorised' });
    await expect(ask(['a:1', 'c:1'], engine)).rejects.toMatchObject({ type: 'RegistryBusy' });
  });
});
