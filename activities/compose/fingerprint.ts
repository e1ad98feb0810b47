/** What each service is: definition, content of ours that it sees, image. */
import { readFile, stat } from 'node:fs/promises';
import type { ServiceFingerprint } from '../../workflows/model.js';
import { unlessMissing } from '../shared/files.js';
import type { Checkout, StackView } from '../stack/view.js';
import type { ChangeRule } from './change-rules.js';
import { isWithin } from '../shared/within.js';
import { type ContentPath, buildContexts, contentPaths } from './content.js';
import { partsOf, placesInside, type SeenFile } from './content-parts.js';
import { canonicalJson, definitionHash, sha256 } from './definition.js';
import { BUILD_KEY, contentMark } from './fingerprint-keys.js';
import { type ComposeModel, imageOf } from './model.js';

/**
 * Git's ids of the blobs and trees at these paths of a commit; an empty path is the root. Paths that the commit has not
 * are absent or undefined.
 */
export type ObjectIds = (
  checkout: Checkout,
  commit: string,
  paths: readonly string[],
) => Promise<ReadonlyMap<string, string | undefined>>;

/** Every file of a commit below a path, which is relative to the root of the checkout. */
export type FilesUnder = (checkout: Checkout, commit: string, path: string) => Promise<readonly SeenFile[]>;

export interface FingerprintSources {
  objectIds: ObjectIds;
  /** Ids of the local images by reference; one that is absent gives an empty `imageId`. */
  imageIds: ReadonlyMap<string, string>;
  /** Rules of components may name places inside a mount: their files are looked at one by one. */
  rules?: { of: readonly ChangeRule[]; filesUnder: FilesUnder };
}

export type FingerprintView = Pick<StackView, 'checkouts' | 'commits' | 'rendered' | 'composeVariables' | 'locate'>;

/** Fingerprints of all services of a model. Reads git's own ids and small files; nothing else that lies in a mount. */
export async function fingerprintServices(
  model: ComposeModel,
  view: FingerprintView,
  sources: FingerprintSources,
): Promise<Record<string, ServiceFingerprint>> {
  const renderedPaths = view.rendered.map(({ path }) => path);
  const services = Object.entries(model.services).map(([name, service]) => ({
    name,
    service,
    paths: contentPaths(model, service, view.checkouts, renderedPaths),
    contexts: buildContexts(service, view.checkouts),
  }));
  const tracked = await trackedIds(
    services.flatMap(({ paths, contexts }) => [...paths, ...contexts]),
    view,
    sources.objectIds,
  );
  const fingerprints = await Promise.all(
    services.map(async ({ name, service, paths, contexts }) => {
      const contents: Record<string, string> = {};
      for (const path of paths) {
        const hash = await contentHash(path, view, tracked);
        if (hash !== undefined) contents[path.path] = hash;
      }
      const content = sha256(canonicalJson(contents));
      if (service.build)
        contents[BUILD_KEY] = sha256(
          canonicalJson([service.build, contexts.map((context) => known(context, view, tracked))]),
        );
      const image = imageOf(model.name, name, service);
      const parts = await partsBelow(name, paths, view, sources.rules);
      const fingerprint: ServiceFingerprint = {
        definition: definitionHash(model, name, view.composeVariables),
        content,
        contents,
        ...(Object.keys(parts).length === 0 ? {} : { parts }),
        image,
        imageId: sources.imageIds.get(image) ?? '',
      };
      return [name, fingerprint] as const;
    }),
  );
  return Object.fromEntries(fingerprints);
}

type Tracked = ReadonlyMap<string, ReadonlyMap<string, string | undefined>>;

/** One question per checkout, whatever the number of services. */
async function trackedIds(
  paths: readonly ContentPath[],
  view: FingerprintView,
  objectIds: ObjectIds,
): Promise<Tracked> {
  const parts = paths.flatMap((path) => path.parts);
  const answers = view.checkouts.map(async (checkout) => {
    const wanted = [...new Set(parts.filter((part) => part.checkout.name === checkout.name).map((part) => part.path))];
    const commit = view.commits[checkout.name];
    if (wanted.length === 0 || commit === undefined)
      return [checkout.name, new Map<string, string | undefined>()] as const;
    return [checkout.name, await objectIds(checkout, commit, wanted)] as const;
  });
  return new Map(await Promise.all(answers));
}

async function partsBelow(
  service: string,
  paths: readonly ContentPath[],
  view: FingerprintView,
  rules: FingerprintSources['rules'],
): Promise<Record<string, Record<string, string>>> {
  const parts: Record<string, Record<string, string>> = {};
  for (const mount of paths) {
    const places = placesInside(mount.path, service, rules?.of ?? []);
    if (rules === undefined || places.length === 0) continue;
    parts[mount.path] = partsOf(mount.path, places, await filesIn(mount, view, rules.filesUnder));
  }
  return parts;
}

async function filesIn(mount: ContentPath, view: FingerprintView, filesUnder: FilesUnder): Promise<SeenFile[]> {
  const tracked = await Promise.all(
    mount.parts.flatMap(({ checkout, path }) => {
      const commit = view.commits[checkout.name];
      return commit === undefined ? [] : [filesUnder(checkout, commit, path)];
    }),
  );
  const rendered = view.rendered.filter((file) => isWithin(file.path, mount.path));
  // A rule names the file that the service reads, not the template that lies beside it.
  const made = new Map(rendered.map(({ path }) => [`${path}.template`, path]));
  return [
    ...tracked.flat().map(({ path, id }) => ({ path: made.get(path) ?? path, id })),
    ...rendered.map(({ path, text }) => ({ path, id: sha256(text) })),
  ];
}

/** What git and our templates know of a path; empty when they know nothing. */
function known(path: ContentPath, view: FingerprintView, tracked: Tracked): [string, string][] {
  const objects = path.parts.flatMap((part): [string, string][] => {
    const id = tracked.get(part.checkout.name)?.get(part.path);
    return id === undefined ? [] : [[`${part.checkout.name}:${part.path}`, id]];
  });
  const rendered = view.rendered
    .filter((file) => isWithin(file.path, path.path))
    .map((file): [string, string] => [file.path, sha256(file.text)]);
  return [...objects, ...rendered.sort(([a], [b]) => (a < b ? -1 : 1))];
}

/** Undefined when nothing there is ours. */
async function contentHash(path: ContentPath, view: FingerprintView, tracked: Tracked): Promise<string | undefined> {
  const entries = known(path, view, tracked);
  if (entries.length > 0) {
    const single = view.rendered.some((file) => file.path === path.path) || (await isFile(view.locate(path.path)));
    return contentMark(single, sha256(canonicalJson(entries)));
  }
  return path.kind === 'file' ? contentMark(true, await fileHash(view.locate(path.path))) : undefined;
}

const isFile = async (path: string): Promise<boolean> => (await unlessMissing(stat(path)))?.isFile() ?? false;

async function fileHash(path: string): Promise<string> {
  const content = await unlessMissing(readFile(path));
  return content === undefined ? 'missing' : sha256(content);
}
