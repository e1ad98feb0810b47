/** Containers that this program starts to do for it what it cannot do itself. */
import type { EngineClient } from './client.js';
import { containerOf } from './containers.js';
import { statusOf } from './errors.js';
import { unlessMissing } from './missing.js';
import type { Call, EngineContainer, Helper } from './types.js';

const LOOK_MS = 15_000;
const START_MS = 60_000;

export async function container(
  client: EngineClient,
  idOrName: string,
  { signal }: Call,
): Promise<EngineContainer | undefined> {
  const inspected = await unlessMissing(() =>
    client.call(`inspect ${idOrName}`, LOOK_MS, signal, (docker, abortSignal) =>
      docker.getContainer(idOrName).inspect({ abortSignal }),
    ),
  );
  return inspected && containerOf(inspected);
}

/**
 * With the mounts and the network of `of`, and started again by the engine however it ends, until `letEnd`. Nothing is made
 * when there is a container of that name.
 */
export async function startHelper(client: EngineClient, helper: Helper, { signal }: Call): Promise<void> {
  const { name, imageId, entrypoint, environment, labels, of } = helper;
  try {
    await client.call(`create ${name}`, START_MS, signal, (docker) =>
      docker.createContainer({
        name,
        Image: imageId,
        Entrypoint: [...entrypoint],
        Cmd: [],
        Env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
        Labels: { ...labels },
        // The image's own says whether a worker polls, which no helper does.
        Healthcheck: { Test: ['NONE'] },
        HostConfig: {
          VolumesFrom: [of],
          // The network of `of` goes with it.
          NetworkMode: helper.network,
          // "unless-stopped" does not come back after a crash of the engine (Docker 20.10).
          RestartPolicy: { Name: 'always' },
          Init: true,
        },
      }),
    );
  } catch (error) {
    // 409: a try before this one made it.
    if (statusOf(error instanceof Error ? error.cause : undefined) !== 409) throw error;
  }
  await start(client, name, { signal });
}

/** Nothing happens when it runs. */
export async function start(client: EngineClient, idOrName: string, { signal }: Call): Promise<void> {
  await client.call(`start ${idOrName}`, START_MS, signal, (docker) =>
    docker
      .getContainer(idOrName)
      .start()
      .catch((error: unknown) => {
        // 304: it runs.
        if (statusOf(error) !== 304) throw error;
      }),
  );
}

/** It runs on, and is not started again once it has ended. */
export async function letEnd(client: EngineClient, idOrName: string, { signal }: Call): Promise<void> {
  await unlessMissing(() =>
    client.call(`update ${idOrName}`, LOOK_MS, signal, (docker) =>
      docker.getContainer(idOrName).update({ RestartPolicy: { Name: 'no' } }),
    ),
  );
}
