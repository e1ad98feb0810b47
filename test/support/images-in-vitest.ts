/** Images and a registry for all tests of a file: made before the first, removed after the last. */
import { afterAll, beforeAll } from 'vitest';
import { createImages, type Images } from './images.js';
import { startRegistry, type Registry } from './registry.js';

/** Call it at the top of a file. Returns how to reach both: they are there once the tests run. */
export function useRegistry(): { images: () => Images; registry: () => Registry } {
  let images: Images | undefined;
  let registry: Registry | undefined;
  beforeAll(async () => {
    images = await createImages();
    registry = await startRegistry();
  });
  afterAll(async () => {
    await registry?.remove();
    await images?.cleanup();
  });
  return { images: () => there(images), registry: () => there(registry) };
}

function there<T>(made: T | undefined): T {
  if (made === undefined) throw new Error('it is made by beforeAll: reach it inside a test');
  return made;
}
