/** Which content of ours a service sees: pure, so that the rule can be tested without a file. */
import { posix } from 'node:path';
import { isWithin } from '../shared/within.js';
import type { Checkout } from '../stack/view.js';
import { type ComposeModel, type ServiceDefinition } from './model.js';

export const ON_CHANGE_LABEL = 'birdkeeper.on-change';

/** A part of a checkout: `path` is relative to its root, empty for all of it. */
export interface TrackedPart {
  checkout: Checkout;
  path: string;
}

/** One path that a service sees and whose content counts. */
export interface ContentPath {
  /** Live path on the host; the key of `ServiceFingerprint.contents`. */
  path: string;
  /** mount: only what git or a template of ours knows counts; file: the file itself when neither knows it. */
  kind: 'mount' | 'file';
  parts: TrackedPart[];
}

/**
 * Bind mounts, file-based configs and secrets of a service, as far as they are ours. Env files are not here: their
 * values are in the definition, and a comment in one changes no container.
 */
export function contentPaths(
  model: ComposeModel,
  service: ServiceDefinition,
  checkouts: readonly Checkout[],
  renderedPaths: readonly string[],
): ContentPath[] {
  const labelled = ON_CHANGE_LABEL in service.labels;
  const mounts = service.volumes
    .filter((mount) => mount.type === 'bind' && mount.source !== undefined)
    .map((mount) => tidy(mount.source ?? ''))
    .map((path): ContentPath => ({ path, kind: 'mount', parts: partsUnder(path, checkouts) }))
    // The root mount of a node exporter, the scheduler's own repositories: every commit would touch them.
    .filter(({ parts }) => labelled || !parts.some((part) => part.path === ''))
    .filter(({ path, parts }) => parts.length > 0 || renderedPaths.some((rendered) => isWithin(rendered, path)));
  const files = [
    ...service.configs.map(({ source }) => model.configs[source]?.file),
    ...service.secrets.map(({ source }) => model.secrets[source]?.file),
  ]
    .flatMap((file) => (file === undefined ? [] : [tidy(file)]))
    .map((path): ContentPath => ({ path, kind: 'file', parts: partsUnder(path, checkouts) }));
  return uniqueByPath([...files, ...mounts]);
}

/** Contexts of a build that are directories of this host. */
export function buildContexts(service: ServiceDefinition, checkouts: readonly Checkout[]): ContentPath[] {
  if (!service.build) return [];
  const contexts = [service.build.context, ...Object.values(service.build.additional_contexts)];
  return contexts
    .flatMap((context) => (context?.startsWith('/') ? [tidy(context)] : []))
    .map((path) => ({ path, kind: 'mount', parts: partsUnder(path, checkouts) }));
}

/**
 * The checkout that a path lies in (the innermost, where they nest) and every checkout below it. A part with an empty path
 * means a whole checkout.
 */
export function partsUnder(path: string, checkouts: readonly Checkout[]): TrackedPart[] {
  const around = checkouts
    .filter((checkout) => isWithin(path, checkout.dir) && path !== checkout.dir)
    .sort((a, b) => b.dir.length - a.dir.length)
    .slice(0, 1)
    .map((checkout) => ({ checkout, path: posix.relative(checkout.dir, path) }));
  const below = checkouts
    .filter((checkout) => isWithin(checkout.dir, path))
    .map((checkout) => ({ checkout, path: '' }));
  return [...around, ...below];
}

const tidy = (path: string): string => posix.normalize(path).replace(/(.)\/+$/, '$1');

function uniqueByPath(paths: readonly ContentPath[]): ContentPath[] {
  return [...new Map(paths.toReversed().map((entry) => [entry.path, entry])).values()].reverse();
}
