/** Which images only releases needed that are no longer kept. Pure; the names of ours are made here and nowhere else. */
import { createHash } from 'node:crypto';
import type { Release } from '../../workflows/model.js';
import { canonicalName, canonicalRepository } from './reference.js';
import type { LocalImage } from './types.js';

const OURS = 'birdkeeper.local';
const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

/** A name of ours on an image keeps `docker image prune` from taking it while a kept release needs it. */
export const keptName = (stack: string, service: string, number: number): string =>
  `${OURS}/${asComponent(stack)}/${asComponent(service)}:r${number}`;

/** Services may have upper-case letters and end in a dash; repositories may not. */
const asComponent = (name: string): string =>
  COMPONENT.test(name) ? name : `x-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;

export interface OldImagesQuestion {
  stack: string;
  /** No longer kept. */
  dropped: readonly Release[];
  kept: readonly Release[];
  /** All of the host. */
  images: readonly LocalImage[];
  /** Image ids of all containers of the host, those that do not run included. */
  inUse: readonly string[];
}

export interface OldImage {
  id: string;
  /** Names that go with it, ours first; none: it lost its name when its tag moved on. */
  names: string[];
  /** The newest release that needed it. */
  release: number;
}

export interface OldImages {
  /** Names of ours that no kept release needs, on images that stay. */
  untag: string[];
  remove: OldImage[];
}

/**
 * An image goes when a dropped release had it and no kept one has it, no container of the host is made of it, and all of
 * its names are ours or those that dropped releases recorded for it. Whatever else has a name for it keeps it.
 */
export function oldImages({ stack, dropped, kept, images, inUse }: OldImagesQuestion): OldImages {
  const former = usesOf(dropped);
  const current = usesOf(kept);
  const keptNames = known(fingerprints(kept).map(({ image }) => canonicalName(image)));
  const isOurs = ownNames(stack, kept);
  const found: OldImages = { untag: [], remove: [] };
  for (const image of images) {
    const use = former.get(image.id);
    const own = image.names.filter(isOurs);
    const names = image.names.filter((name) => !isOurs(name));
    if (use && !current.has(image.id) && !inUse.includes(image.id) && isFree({ ...image, names }, use, keptNames)) {
      found.remove.push({ id: image.id, names: [...own, ...names], release: use.release });
    } else {
      found.untag.push(...own);
    }
  }
  return found;
}

interface Use {
  /** The newest release that had it. */
  release: number;
  references: Set<string>;
}

function usesOf(releases: readonly Release[]): Map<string, Use> {
  const uses = new Map<string, Use>();
  for (const { number, services } of releases) {
    for (const { imageId, image } of Object.values(services)) {
      const use = uses.get(imageId) ?? { release: number, references: new Set() };
      use.release = number;
      use.references.add(image);
      uses.set(imageId, use);
    }
  }
  return uses;
}

/** Nothing else has a name for it: neither a person nor another stack nor a kept release. */
function isFree({ names, digests }: LocalImage, { references }: Use, keptNames: ReadonlySet<string>): boolean {
  const recorded = known([...references].map(canonicalName));
  const repositories = known([...references].map(canonicalRepository));
  return (
    names.every((name) => recorded.has(canonicalName(name) ?? name) && !keptNames.has(canonicalName(name) ?? name)) &&
    digests.every((digest) => repositories.has(canonicalRepository(digest) ?? digest))
  );
}

/** True of the names that this stack gave for releases that are not kept. Other stacks' names keep an image for them. */
function ownNames(stack: string, kept: readonly Release[]): (name: string) => boolean {
  const prefix = `${OURS}/${asComponent(stack)}/`;
  const numbers = new Set(kept.map(({ number }) => String(number)));
  return (name) => {
    const number = /:r(\d+)$/.exec(name)?.[1];
    return name.startsWith(prefix) && number !== undefined && !numbers.has(number);
  };
}

const fingerprints = (releases: readonly Release[]) => releases.flatMap(({ services }) => Object.values(services));

const known = (names: readonly (string | undefined)[]): Set<string> => new Set(names.flatMap((name) => name ?? []));
