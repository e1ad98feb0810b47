import { rm, readdir } from 'node:fs/promises';
import type { Release } from '../../workflows/model.js';
import { keptName, oldImages, type OldImage } from '../docker/old-images.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Dependencies } from './dependencies.js';

/** A deployment is not held up by the cleaning of years: the next one goes on with it. */
const MAX_REMOVED = 25;
const MAX_UNTAGGED = 500;

type Deps = Pick<Dependencies, 'engine'>;

/**
 * Names the images of the newest release, takes our names off those of releases that are no longer kept, and removes the
 * images that only those needed. Twice: the same.
 */
export async function keepImages(stack: StackState, keep: number, deps: Deps, step: Step): Promise<void> {
  const releases = await stack.releases();
  const kept = releases.slice(-keep);
  const newest = kept.at(-1);
  if (newest) await nameImages(stack.name, newest, deps, step);
  await dropImages(stack.name, { kept, dropped: releases.slice(0, -keep) }, deps, step);
  await dropRendered(stack, kept);
}

async function nameImages(stack: string, { number, services }: Release, deps: Deps, step: Step): Promise<void> {
  for (const [service, { imageId }] of Object.entries(services)) {
    if (imageId !== '') await deps.engine.tag(imageId, keptName(stack, service, number), { signal: step.signal });
  }
}

async function dropImages(
  stack: string,
  releases: { kept: readonly Release[]; dropped: readonly Release[] },
  { engine }: Deps,
  step: Step,
): Promise<void> {
  const call = { signal: step.signal };
  const [images, inUse] = await Promise.all([engine.images(call), engine.imagesInUse(call)]);
  const { untag, remove } = oldImages({ stack, ...releases, images, inUse });
  for (const name of untag.slice(0, MAX_UNTAGGED)) await engine.untag(name, call);
  for (const image of remove.slice(0, MAX_REMOVED)) await removeOld(image, engine, step);
}

/** What somebody began to use since we looked is refused by the engine, and stays. */
async function removeOld(image: OldImage, engine: Deps['engine'], step: Step): Promise<void> {
  const call = { signal: step.signal };
  for (const name of image.names) await engine.removeImage(name, call);
  await engine.removeImage(image.id, call);
  if ((await engine.imageId(image.id, call)) !== undefined) return;
  const [name = 'an image without a name'] = image.names.slice(-1);
  step.log.info(
    `Removed ${name} (${shortId(image.id)}): release ${image.release} was the last to need it, and is no longer kept`,
  );
}

const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12);

async function dropRendered(stack: StackState, kept: readonly Release[]): Promise<void> {
  const folder = stack.path('releases');
  const numbers = await readdir(folder).catch(() => []);
  for (const name of numbers.filter((candidate) => !kept.some(({ number }) => String(number) === candidate))) {
    await rm(`${folder}/${name}`, { recursive: true, force: true });
  }
}
