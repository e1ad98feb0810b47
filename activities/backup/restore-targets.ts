/** Where each part of a snapshot belongs on this host today. */
import { realpath } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { unlessMissing } from '../shared/files.js';
import type { Surroundings } from './containers.js';
import { isCopied, nameOfPart, placeOf, type HostPlaces } from './locate.js';
import type { ManifestPart } from './manifest.js';
import { targetOfDump } from './put-back.js';
import { localRepository } from './restic.js';
import { isFedRunning, isLaidAside, sparedBelow } from './restore-plan.js';

export interface RestoreTarget {
  readonly planned: ManifestPart;
  /** Real path; undefined for a database that is given its dump while it runs. */
  readonly target: string | undefined;
  /** It is not written back in place. */
  readonly aside: boolean;
  /** What stays as it is below the target, relative to it. */
  readonly spared: readonly string[];
}

export interface Protection {
  readonly protectedPaths: readonly string[];
  readonly directory: string;
  readonly cacheDir: string;
  readonly repository: string;
  readonly passwordFile?: string;
}

/** What is never written, by its name and by its real path: what was asked for, and what restoring itself needs. */
export async function protectedOf(request: Protection): Promise<string[]> {
  const { protectedPaths, directory, cacheDir, repository, passwordFile } = request;
  const own = [directory, cacheDir, localRepository(repository) ?? '', passwordFile ?? ''];
  const named = [...protectedPaths, ...own].filter(isAbsolute);
  const real = await Promise.all(named.map((path) => unlessMissing(realpath(path))));
  return [...new Set([...named, ...real.flatMap((path) => path ?? [])])];
}

/** Throws NotFound naming volumes and containers that are not there: the stack makes them when it starts. */
export async function targetsOf(
  parts: readonly ManifestPart[],
  request: HostPlaces & Protection,
  around: Surroundings,
): Promise<RestoreTarget[]> {
  const protectedPaths = await protectedOf(request);
  const targets: RestoreTarget[] = [];
  const missing: string[] = [];
  for (const planned of parts) {
    const target = await targetOf(planned, request, around);
    const { data } = planned;
    const aside = isLaidAside(data, target, protectedPaths);
    if (target === undefined && isCopied(planned) && !aside) missing.push(nameOfPart(planned.part));
    const spared = target === undefined ? [] : sparedBelow(target, protectedPaths);
    targets.push({ planned, target, aside, spared });
  }
  if (missing.length === 0) return targets;
  throw new StepFailure(
    FAILURES.notFound,
    `Nothing was restored: there is no ${missing.join(', no ')}. Start the stack once, which makes what is missing.`,
  );
}

async function targetOf(
  { part, data }: ManifestPart,
  request: HostPlaces,
  around: Surroundings,
): Promise<string | undefined> {
  if (data === 'logs' || isFedRunning(part)) return undefined;
  const named = part.kind === 'dump' ? await targetOfDump(part, around) : await placeOf(part, request, around.step);
  if (named === undefined) return undefined;
  const target = (await unlessMissing(realpath(named))) ?? named;
  const hidden = request.hidden?.(named) ?? request.hidden?.(target);
  if (hidden === undefined) return target;
  throw new StepFailure(FAILURES.configuration, `Nothing was restored: ${hidden}.`);
}
