/** What the engine knows of images and may do with them. */
import type Docker from 'dockerode';
import type { EngineClient } from './client.js';
import { statusOf } from './errors.js';
import { unlessMissing } from './missing.js';
import { parseReference } from './reference.js';
import type { Call, LocalImage, RegistryAuth } from './types.js';

/** An engine that is alive answers these in milliseconds, under load in a second or two. */
const LOOK_MS = 15_000;
/** Removing the layers of a large image. */
const REMOVE_MS = 120_000;
/** The engine itself gives up on a registry that is silent for 15 s, and asks it up to three times. */
const REGISTRY_MS = 60_000;

export function inspectImage(
  client: EngineClient,
  reference: string,
  { signal }: Call,
): Promise<Docker.ImageInspectInfo | undefined> {
  if (!parseReference(reference)) return Promise.resolve(undefined);
  return unlessMissing(() =>
    client.call(`inspect image ${reference}`, LOOK_MS, signal, (docker) => docker.getImage(reference).inspect()),
  );
}

export async function registryDigest(
  client: EngineClient,
  reference: string,
  { signal, auth }: Call & { auth?: RegistryAuth },
): Promise<string | undefined> {
  if (!parseReference(reference)) return undefined;
  const answer = await unlessMissing(() =>
    client.call(`ask the registry for ${reference}`, REGISTRY_MS, signal, (docker) =>
      docker.getImage(reference).distribution(auth === undefined ? {} : { authconfig: auth }),
    ),
  );
  return answer?.Descriptor.digest;
}

export async function listImages(client: EngineClient, { signal }: Call): Promise<LocalImage[]> {
  const found = await client.call('images', LOOK_MS, signal, (docker, abortSignal) =>
    docker.listImages({ abortSignal }),
  );
  return found.map(({ Id, RepoTags, RepoDigests }) => ({
    id: Id,
    names: namesOf(RepoTags, '<none>:<none>'),
    digests: namesOf(RepoDigests, '<none>@<none>'),
  }));
}

/** Older engines write a placeholder where there is none, newer ones nothing at all. */
const namesOf = (names: readonly string[] | null | undefined, none: string): string[] =>
  (names ?? []).filter((name) => name !== none);

export async function imagesInUse(client: EngineClient, { signal }: Call): Promise<string[]> {
  const containers = await client.call('containers', LOOK_MS, signal, (docker, abortSignal) =>
    docker.listContainers({ all: true, abortSignal }),
  );
  return [...new Set(containers.map(({ ImageID }) => ImageID))];
}

export async function tag(client: EngineClient, reference: string, name: string, { signal }: Call): Promise<void> {
  const { repo, tag: version } = splitReference(name);
  await client.call(`tag ${reference} as ${name}`, LOOK_MS, signal, (docker) =>
    docker.getImage(reference).tag({ repo, tag: version }),
  );
}

export async function removeImage(client: EngineClient, name: string, { signal }: Call): Promise<boolean> {
  if (!parseReference(name)) return false;
  try {
    const removed: unknown = await unlessMissing(() =>
      client.call(`remove image ${name}`, REMOVE_MS, signal, (docker) => docker.getImage(name).remove()),
    );
    return removed !== undefined;
  } catch (error) {
    // A container, another name or another image needs it.
    if (statusOf(error instanceof Error ? error.cause : undefined) === 409) return false;
    throw error;
  }
}

/** `repository` and `tag` of a reference; a port of the registry is no tag. */
export function splitReference(reference: string): { repo: string; tag: string } {
  const match = /^(.*?)(?::([\w][\w.-]*))?$/.exec(reference);
  return { repo: match?.[1] ?? reference, tag: match?.[2] ?? 'latest' };
}
