import { rm, readdir } from 'node:fs/promises';
import type { Release } from '../../workflows/model.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Dependencies } from './dependencies.js';

/** A name of ours on an image keeps `docker image prune` from taking it while a kept release needs it. */
const nameFor = (stack: string, service: string, number: number): string =>
  `birdkeeper.local/${stack}/${service}:r${number}`;

/** Names the images of the newest release, and takes our names off those of releases that are no longer kept. Twice: the same. */
export async function keepImages(stack: StackState, keep: number, deps: Dependencies, step: Step): Promise<void> {
  const releases = [...new Map((await stack.releases()).map((release) => [release.number, release])).values()];
  const kept = releases.slice(-keep);
  const newest = kept.at(-1);
  if (newest) await nameImages(stack.name, newest, deps, step);
  for (const release of releases.slice(0, -keep)) {
    for (const service of Object.keys(release.services)) {
      await deps.engine.untag(nameFor(stack.name, service, release.number), { signal: step.signal });
    }
  }
  await dropRendered(stack, kept);
}

async function nameImages(stack: string, { number, services }: Release, deps: Dependencies, step: Step): Promise<void> {
  for (const [service, { imageId }] of Object.entries(services)) {
    if (imageId !== '') await deps.engine.tag(imageId, nameFor(stack, service, number), { signal: step.signal });
  }
}

async function dropRendered(stack: StackState, kept: readonly Release[]): Promise<void> {
  const folder = stack.path('releases');
  const numbers = await readdir(folder).catch(() => []);
  for (const name of numbers.filter((candidate) => !kept.some(({ number }) => String(number) === candidate))) {
    await rm(`${folder}/${name}`, { recursive: true, force: true });
  }
}
