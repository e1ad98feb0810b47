/** What a deployment left, in a form in which two runs of one push are equal, and what must not be left at all. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../support/world/index.js';
import { attempt } from '../support/world/programs.js';
import type { ContainerState } from '../support/world/containers.js';
import type { Commits } from '../../workflows/model.js';

/** Equal for every run of one push from one side to another. */
export interface Picture {
  outcome: string;
  phase: string;
  /** `service: action`, sorted. */
  actions: string[];
  /** Fingerprint per service of the newest release. */
  release: unknown;
  /** `service: image, state, health`. */
  containers: string[];
  pages: string[];
  /** First words of `birdkeeper check` and its status. */
  check: string;
}

export interface Before {
  number: number;
  heads: Commits;
  containers: Record<string, ContainerState>;
}

export async function picture(world: World, number: number): Promise<Picture> {
  const record = (await world.history()).findLast((one) => one.number === number);
  const state = Object.values(await world.state());
  const checked = await world.cli(['check', '--exit-code']);
  const pages = await Promise.all(
    (['web', 'api', 'reader'] as const).map((name) => world.get(name).catch((error: unknown) => String(error))),
  );
  return {
    outcome: record?.outcome ?? 'no record',
    phase: record?.phase ?? '',
    actions: (record?.services ?? []).map(({ service, action }) => `${service}: ${action}`).sort(),
    release: (await (await world.recorded()).latestRelease())?.services,
    containers: state.map(
      ({ service, imageId, image, status, health }) => `${service}: ${image} ${imageId} ${status} ${health ?? '-'}`,
    ),
    pages,
    check: `${checked.stdout.split(':')[0] ?? ''} (${checked.status})`,
  };
}

/** Sentences on what differs between the undisturbed picture and this one. */
export function differences(wanted: Picture, seen: Picture): string[] {
  return (Object.keys(wanted) as (keyof Picture)[]).flatMap((key) => {
    const [want, have] = [JSON.stringify(wanted[key]), JSON.stringify(seen[key])];
    return want === have ? [] : [`${key}: ${shorten(have)} instead of ${shorten(want)}`];
  });
}

const shorten = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)}…` : text);

/** Sentences on everything that is left behind or was touched without need. */
export async function residues(
  world: World,
  before: Before,
  heads: Commits,
  { engineDied }: { engineDied: boolean },
): Promise<string[]> {
  return (
    await Promise.all([
      checkoutResidues(world, heads),
      stateResidues(world, before.number),
      containerResidues(world, before, engineDied),
      keeperResidues(world),
      logResidues(world, before.number),
    ])
  ).flat();
}

async function checkoutResidues(world: World, heads: Commits): Promise<string[]> {
  const { checkouts, env } = world.parts;
  const found: string[] = [];
  const now = await world.checkedOut();
  for (const [name, dir] of Object.entries(checkouts)) {
    if (now[name] !== heads[name]) found.push(`${name} is at ${now[name]} instead of ${heads[name]}`);
    const { stdout } = await attempt('git', ['status', '--porcelain'], { env, cwd: dir });
    if (stdout.trim() !== '') found.push(`${name} is dirty: ${stdout.trim().split('\n').slice(0, 5).join(', ')}`);
    for (const lock of ['index.lock', 'HEAD.lock', 'refs/heads/main.lock']) {
      if (existsSync(join(dir, '.git', lock))) found.push(`${name} has a ${lock}`);
    }
  }
  return found;
}

async function stateResidues(world: World, number: number): Promise<string[]> {
  const stack = await world.recorded();
  const found: string[] = [];
  if (await stack.intent()) found.push('an intent is left');
  const records = (await stack.deployments()).filter((record) => record.number >= number);
  if (records.length !== 1) found.push(`${records.length} deployments are recorded for one push`);
  if (existsSync(stack.path('deployments', String(number), 'staging'))) found.push('its staging is left');
  const lock = await attempt('flock', ['--nonblock', await stack.lock(), 'true'], { env: world.parts.env });
  if (lock.status !== 0) found.push('the lock of the stack is held');
  return found;
}

async function containerResidues(world: World, { containers }: Before, engineDied: boolean): Promise<string[]> {
  const found: string[] = [];
  const now = await world.containers();
  const stack = await world.recorded();
  const recorded = (await stack.latestRelease())?.containers ?? {};
  const touched = new Set((await stack.deployments()).at(-1)?.services.map(({ service }) => service));
  for (const { service, id, startedAt } of now) {
    if (JSON.stringify(recorded[service]) !== JSON.stringify([id])) found.push(`${service} is recorded otherwise`);
    const former = containers[service];
    if (touched.has(service) || !former) continue;
    if (former.id !== id) found.push(`${service} was made anew without need`);
    else if (former.startedAt !== startedAt && !engineDied) found.push(`${service} was restarted without need`);
  }
  if (now.length !== Object.keys(containers).length) {
    found.push(`${now.length} containers instead of ${Object.keys(containers).length}`);
  }
  return found;
}

async function keeperResidues(world: World): Promise<string[]> {
  const { running, queued } = await (await world.temporal()).keeper();
  return running === undefined && queued.length === 0 ? [] : ['the keeper is not idle'];
}

/** One frame per deployment, whatever happened in between. */
async function logResidues(world: World, number: number): Promise<string[]> {
  const log = await readFile(join(world.parts.settings.logDirectory, 'autodeploy.log'), 'utf8');
  const count = (word: string) => log.split(`[${world.project} ${number} ${word}] `).length - 1;
  const [begins, ends] = [count('begin'), count('end')];
  return begins === 1 && ends >= 1 ? [] : [`the log has ${begins} beginnings and ${ends} ends of it`];
}
