/** What the engine has of a compose project, and taking it away. Through the docker command line: a test looks with other eyes than the product. */
import { z } from 'zod';
import { attempt, output } from './programs.js';

export interface ContainerState {
  service: string;
  id: string;
  startedAt: string;
  /** running, exited, restarting … */
  status: string;
  /** healthy, unhealthy, starting; undefined without a health check. */
  health: string | undefined;
  exitCode: number;
  /** Reference as Compose gave it. */
  image: string;
  imageId: string;
}

const Inspected = z.array(
  z.object({
    Id: z.string(),
    Image: z.string(),
    Config: z.object({ Image: z.string(), Labels: z.record(z.string(), z.string()) }),
    State: z.object({
      Status: z.string(),
      StartedAt: z.string(),
      ExitCode: z.number(),
      Health: z.object({ Status: z.string() }).optional(),
    }),
  }),
);

type Env = Record<string, string>;

const PROJECT_LABEL = 'com.docker.compose.project';
/** On the helper that replaces a worker (activities/deployment/hand-over.ts). */
const HELPER_LABEL = 'birdkeeper.hand-over.stack';
/**
 * On every image of a world, those without a name and those of a build that failed included; so on every container of them, jobs
 * that were cut with their worker among them.
 */
export const WORLD_LABEL = 'birdkeeper.world';

/** Every container of the project, one-off ones too, by service name. */
export async function containersOf(project: string, env: Env): Promise<ContainerState[]> {
  const ids = await idsOf(['ps', '--all', '--quiet', '--no-trunc'], project, env);
  if (ids.length === 0) return [];
  // One that went away since the listing is no failure; the others are printed all the same.
  const { stdout } = await attempt('docker', ['inspect', '--type', 'container', ...ids], { env });
  return Inspected.parse(JSON.parse(stdout))
    .map(({ Id, Image, Config, State }) => ({
      service: Config.Labels['com.docker.compose.service'] ?? '',
      id: Id,
      startedAt: State.StartedAt,
      status: State.Status,
      health: State.Health?.Status,
      exitCode: State.ExitCode,
      image: Config.Image,
      imageId: Image,
    }))
    .sort((a, b) => a.service.localeCompare(b.service));
}

/** Removes containers, volumes, networks and images of the project. Twice: nothing is left to do. */
export async function removeProject(project: string, env: Env): Promise<void> {
  // A helper first: it would put a worker back that is being removed.
  for (const label of [HELPER_LABEL, PROJECT_LABEL, WORLD_LABEL]) {
    await removeAll(['rm', '--force', '--volumes'], await idsOf(['ps', '--all', '--quiet'], project, env, label), env);
  }
  await removeAll(['volume', 'rm', '--force'], await idsOf(['volume', 'ls', '--quiet'], project, env), env);
  await removeAll(['network', 'rm'], await idsOf(['network', 'ls', '--quiet'], project, env), env);
  await removeImages(project, env);
}

/** Children before parents: a name is given up at once, what is still needed by another goes in a later round. */
async function removeImages(project: string, env: Env): Promise<void> {
  for (let round = 0; round < IMAGE_ROUNDS; round += 1) {
    const args = ['image', 'ls', '--all', '--no-trunc', '--quiet', '--filter', `label=${WORLD_LABEL}=${project}`];
    const ids = [...new Set((await output('docker', args, { env })).split('\n').filter((id) => id !== ''))];
    if (ids.length === 0) return;
    await removeAll(['image', 'rm', '--force'], ids, env);
  }
}

/** The sample's images are three layers of builds deep. */
const IMAGE_ROUNDS = 5;

async function idsOf(listing: readonly string[], project: string, env: Env, label = PROJECT_LABEL): Promise<string[]> {
  const text = await output('docker', [...listing, '--filter', `label=${label}=${project}`], { env });
  return text.split('\n').filter((id) => id !== '');
}

async function removeAll(command: readonly string[], names: readonly string[], env: Env): Promise<void> {
  // What is gone already is no failure; what is left shows in the next listing.
  if (names.length > 0) await attempt('docker', [...command, ...names], { env });
}
