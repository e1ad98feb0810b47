/**
 * What a worker in a container sees of its host: what is mounted there. Elsewhere the container has files of its own, and what is
 * written there goes with it: a job must not take those for the host's.
 */
import type { BackupEngine } from '../backup/types.js';
import type { OwnContainer } from '../docker/types.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { onHost } from '../shared/mounts.js';
import type { Dependencies } from './dependencies.js';

/** Why this process does not see that path of the host, a clause without a full stop; undefined where it does. */
export type Hidden = (path: string) => string | undefined;

/** Where the engine keeps the content of its own volumes, below its root directory. */
const IN_VOLUME = /^(\/.+)\/volumes\/[^/]+\/_data(?:\/|$)/;
const USUAL_ROOT = '/var/lib/docker';

/** Pure. `own`: undefined outside of containers, where nothing is hidden. */
export function hiddenFrom(own: Pick<OwnContainer, 'mounts'> | undefined): Hidden {
  return (path) => {
    if (own === undefined || onHost(path, own.mounts) !== undefined) return undefined;
    const [, root] = IN_VOLUME.exec(path) ?? [];
    const remedy =
      root === undefined || root === USUAL_ROOT
        ? `add ${root === undefined ? 'it' : `${root}/volumes`} to BIRDKEEPER_EXTRA_MOUNTS`
        : `set BIRDKEEPER_DOCKER_ROOT_DIR='${root}'`;
    return `${path} of the host is not mounted into birdkeeper's container: ${remedy} in env.local, and deploy`;
  };
}

export async function hiddenHere(
  { engine }: Pick<Dependencies, 'engine'>,
  { signal }: Pick<Step, 'signal'>,
): Promise<Hidden> {
  return hiddenFrom(await engine.ownContainer({ signal }));
}

/** Throws Configuration naming each of these paths that is not the host's here. */
export function requireSeen(paths: readonly (string | undefined)[], hidden: Hidden): void {
  const why = paths.flatMap((path) => (path === undefined ? [] : (hidden(path) ?? [])));
  if (why.length > 0) throw new StepFailure(FAILURES.configuration, `Nothing was done: ${why.join('; ')}.`);
}

/** A file of a database that is not seen would be taken for one that does not exist. */
export const seeing = (engine: BackupEngine, hidden: Hidden): BackupEngine => ({
  ...engine,
  hostPathOf: async (id, path, call) => {
    const place = await engine.hostPathOf(id, path, call);
    requireSeen([place], hidden);
    return place;
  },
});
