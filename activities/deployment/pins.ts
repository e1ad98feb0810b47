/** The images of a former release, by their ids: tags may have moved since. */
import type { StackState } from '../state/index.js';
import { releaseOf } from './recall-release.js';

/** Image ids by service of the kept release; empty when none is gone back to. */
export async function releaseImages(stack: StackState, release: number | undefined): Promise<Record<string, string>> {
  if (release === undefined) return {};
  const { services } = await releaseOf(stack, release);
  return Object.fromEntries(
    Object.entries(services).flatMap(([service, { imageId }]) => (imageId === '' ? [] : [[service, imageId]])),
  );
}
