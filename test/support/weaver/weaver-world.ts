/** A world whose stack has birds and, as soon as a push enables it, the component Weaver, on doubles in containers. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { RunResult } from '../../../activities/shared/run-command.js';
import type { DeploymentRecord } from '../../../workflows/model.js';
import { deployed, idle, useWorld } from '../world/in-vitest.js';
import { waitFor, type World } from '../world/index.js';
import { attempt, output } from '../world/programs.js';
import { COMPONENT, createWeaverImages, whyNoImages } from './images.js';
import { componentFiles, PLACES, QUICK, stackFiles, withWeaver, type Birds } from './stack.js';
import { takeTurn, TURN_MS } from './turn.js';

/** Before anything of it is deployed. */
export interface WeaverWorldOptions {
  name: string;
  birds: Birds;
  /** Those that are not there yet. */
  away?: readonly string[];
  /** The component lies beside the checkouts rather than in one. */
  beside?: boolean;
}

/**
 * As `useWorld`: the birds are deployed, the component is there, and Weaver is not enabled. Skips every test with a reason
 * where images of these names are the engine's own.
 */
export function useWeaverWorld({ name, birds, away = [], beside = false }: WeaverWorldOptions): () => World {
  let leave: (() => Promise<void>) | undefined;
  let reason: string | undefined;
  // Before useWorld: hooks before all run from the first to the last, those after all the other way.
  beforeAll(async () => {
    leave = await takeTurn();
  }, TURN_MS + 10_000);
  afterAll(() => leave?.());
  const world = useWorld(
    {
      name,
      settings: { extra: PLACES },
      files: (_, { dir }) => ({
        ...stackFiles(dir, beside ? join(dir, 'weaver') : './components/weaver', birds),
        ...(beside ? {} : componentFiles()),
        ...QUICK,
      }),
    },
    async (made) => {
      reason = await whyNoImages(made.parts.env);
      if (reason !== undefined) return;
      for (const folder of ['away', 'data', 'data/wps_outputs', 'data/wps_outputs/weaver', 'workdir']) {
        await mkdir(join(made.dir, folder));
      }
      if (beside) await cp(COMPONENT, join(made.dir, 'weaver'), { recursive: true });
      for (const bird of away) await takeAway(made, bird);
      await createWeaverImages(made.project, made.parts.env);
      await deployed(made);
    },
  );
  beforeEach((context) => {
    if (reason !== undefined) context.skip(reason);
  });
  return world;
}

/** A bird that begins from now on waits until it is let back. */
export const takeAway = (world: World, bird: string): Promise<void> => writeFile(join(world.dir, 'away', bird), '');
export const letBack = (world: World, bird: string): Promise<void> => rm(join(world.dir, 'away', bird));

const results = (world: World, file: string) => join(world.dir, 'data/wps_outputs/weaver', file);

/** See `test/fixtures/weaver/celery`. */
export const setMood = (world: World, mood: string): Promise<void> =>
  mood === '' ? rm(results(world, '.celery-mood'), { force: true }) : writeFile(results(world, '.celery-mood'), mood);

/** See `test/fixtures/weaver/pserve`. */
export const startIn = (world: World, seconds: number): Promise<void> =>
  writeFile(results(world, '.pserve-seconds'), String(seconds));

/** Ids of the containers that Celery was asked in. */
export async function celeryAskedIn(world: World): Promise<string[]> {
  return (await readFile(results(world, '.celery-asked'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
}

/** Releases settings by which Weaver is part of the stack; waits for the end of the deployment. */
export async function settle(
  world: World,
  birds: string,
  more: readonly string[],
  message: string,
): Promise<DeploymentRecord> {
  await idle(world);
  const commit = await world.releaseSettings({ extra: withWeaver(birds, more) }, message);
  return world.waitForCommit('private', commit);
}

/** What Weaver answers at an address of its container. */
export async function askWeaver(world: World, path: string, init: RequestInit = {}): Promise<unknown> {
  const { env } = world.parts;
  const network = `${world.project}_default`;
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  const address = (await output('docker', ['inspect', '--format', format, 'weaver'], { env })).trim();
  const answer = await fetch(`http://${address}:4001/weaver${path}`, {
    ...init,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  return text === '' ? answer.status : JSON.parse(text);
}

/** Ids, sorted. */
export async function registered(world: World): Promise<string[]> {
  const { providers } = (await askWeaver(world, '/providers?check=false&detail=false')) as { providers: string[] };
  return providers.toSorted();
}

/** What of Weaver's log says that a provider was changed: `POST finch 201`. */
export async function changes(world: World): Promise<string[]> {
  const { stdout } = await attempt('docker', ['logs', 'weaver'], { env: world.parts.env });
  return stdout.split('\n').flatMap((line) => {
    const [, method = '', id = '', status = '', body = ''] =
      /^(POST|PUT|DELETE) \/weaver\/providers(?:\/(\S+))? (\d+) ?(.*)$/.exec(line) ?? [];
    if (method === '') return [];
    const named = id === '' ? (JSON.parse(body) as { id: string }).id : id;
    return [`${method} ${named} ${status}`];
  });
}

/** Statuses with which Weaver answered who asked for one provider. */
export async function lookedAt(world: World, id: string): Promise<string[]> {
  const { stdout } = await attempt('docker', ['logs', 'weaver'], { env: world.parts.env });
  return stdout.split('\n').flatMap((line) => new RegExp(`^GET /weaver/providers/${id} (\\d+)`).exec(line)?.[1] ?? []);
}

/** `birdkeeper weaver …` of the stack. */
export function weaverCommand(world: World, words: readonly string[], limit = 90_000): Promise<RunResult> {
  const args = [world.upkeep.program, 'weaver', ...words, '--stack', world.stackDirectory];
  return attempt(process.execPath, args, { env: world.parts.env, cwd: world.dir, limit });
}

/** What is recorded of the newest registration that began after `since`. */
export const noteAfter = (world: World, since: number) =>
  waitFor('the end of a registration', async () => {
    const note = await (await world.recorded()).weaverNote();
    return note !== undefined && Date.parse(note.at) > since && note;
  });
