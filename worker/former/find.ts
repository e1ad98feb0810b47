/** What is left of the mechanism that birdkeeper replaces: cron files of the install scripts, and a scheduler that runs. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { holdsAutodeploy } from '../../activities/compose/former-scheduler.js';
import { isMissing } from '../../activities/shared/files.js';
import { CommandFailed, runCommand } from '../../activities/shared/run-command.js';
import type { FormerArtifact } from '../../client/handlers.js';

/** Paths and purposes as the install scripts of birdhouse-deploy have them, up to today's `deployment/`. */
const FILES: readonly (Pick<FormerArtifact, 'what' | 'deploys'> & { path: string })[] = [
  { path: '/etc/cron.d/PAVICS-deploy', what: 'deploys the platform by cron', deploys: true },
  { path: '/etc/cron.hourly/PAVICS-deploy-notebooks', what: 'deploys the notebooks by cron', deploys: true },
  { path: '/etc/logrotate.d/PAVICS-deploy', what: 'rotates the logs of the former deployments', deploys: false },
  { path: '/usr/local/sbin/triggerdeploy.sh', what: 'is what cron calls', deploys: true },
];

const CONTAINER = 'scheduler';
const ASK_MS = 20_000;

export interface FindOptions {
  /** `/`, or where a test has laid out files. */
  root: string;
  /** The whole environment of the docker command line. */
  environment: Record<string, string>;
}

/** In the order in which they would be removed: what deploys first. Looks only. */
export async function findFormer(options: FindOptions): Promise<FormerArtifact[]> {
  const files = await Promise.all(FILES.map((file) => presentFile(file, options.root)));
  const container = await formerContainer(options);
  return [...(container === undefined ? [] : [container]), ...files.filter((file) => file !== undefined)];
}

async function presentFile(
  { path, what, deploys }: (typeof FILES)[number],
  root: string,
): Promise<FormerArtifact | undefined> {
  try {
    await access(join(root, path));
    return { kind: 'file', name: path, what, deploys };
  } catch (error) {
    if (isMissing(error)) return undefined;
    return { kind: 'file', name: path, what: `${what} (it cannot be read by this user)`, deploys };
  }
}

const Inspected = z.tuple([
  z.looseObject({
    State: z.looseObject({ Running: z.boolean() }),
    Config: z.looseObject({ Image: z.string() }),
    Mounts: z.array(z.looseObject({ Destination: z.string() })),
  }),
]);

/** Nothing where there is no engine: then nothing runs. */
async function formerContainer({ environment }: FindOptions): Promise<FormerArtifact | undefined> {
  try {
    const { status, stdout } = await runCommand(
      { file: 'docker', args: ['container', 'inspect', CONTAINER] },
      { env: environment, signal: AbortSignal.timeout(ASK_MS), timeoutMs: ASK_MS, okStatuses: [0, 1] },
    );
    const [container] = status === 0 ? Inspected.parse(JSON.parse(stdout)) : [];
    if (!container?.State.Running) return undefined;
    const targets = container.Mounts.map(({ Destination }) => Destination);
    if (!holdsAutodeploy(container.Config.Image, targets)) return undefined;
    return { kind: 'container', name: CONTAINER, what: 'runs the autodeploy job of the platform', deploys: true };
  } catch (error) {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
}

/** Text of an artifact, for keeping. */
export const textOf = (root: string, { name }: FormerArtifact): Promise<Buffer> => readFile(join(root, name));
