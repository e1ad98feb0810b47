/** One cell of the matrix: a push, a kill at a place, and whether it ends as without the kill. */
import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf } from '../../activities/shared/failures.js';
import type { Gate, Held } from '../support/chaos/gate.js';
import { waitFor } from '../support/world/index.js';
import { idle } from '../support/world/in-vitest.js';
import type { Phase } from '../../workflows/contract.js';
import type { Cell } from './matrix.mjs';
import { differences, picture, residues, type Before, type Picture } from './picture.js';
import { matcher, type Place, type Push, type Victim } from './places.js';
import { apiTagOf, filesFor, MIDDLE_FILE, other, type RestartPolicy, type Side } from './pushes.js';
import { strike, type Scene } from './victims.js';

export interface Stage extends Scene {
  gate: Gate;
  /** What is deployed. */
  side: Side;
  /** Pushes so far. */
  round: number;
  /** Undisturbed runs by push and the side that they began from. */
  undisturbed: Map<string, Picture>;
  restart: RestartPolicy;
  /** Path of the file that says that users work. */
  busyFlag: string;
}

/** Much longer than it takes: a machine that does other things too must not turn a cell red. */
const CONVERGED_MS = 240_000;
const HELD_MS = 90_000;

const keyOf = (push: Push, from: Side): string => `${push === 'bad' ? 'bad' : 'good'} from ${from}`;

/** What a push of that kind leaves when nothing disturbs it, from the side that is deployed; run when it is not known. */
async function undisturbed(stage: Stage, push: Push): Promise<Picture> {
  for (;;) {
    const known = stage.undisturbed.get(keyOf(push, stage.side));
    if (known !== undefined) return known;
    // A good one changes the side: then the other is asked for.
    await runUndisturbed(stage, push === 'bad' ? 'bad' : 'good');
  }
}

/** A push that nothing disturbs; what it leaves is what every disturbed one has to leave. */
async function runUndisturbed(stage: Stage, push: Push): Promise<void> {
  const key = keyOf(push, stage.side);
  const { before, commit } = await begin(stage, push);
  await stage.world.waitForOutcome(before.number, { within: CONVERGED_MS });
  await idle(stage.world);
  const seen = await picture(stage.world, before.number);
  const left = await leftBy(stage, push, before, commit, false);
  if (left.length > 0) throw new Error(`undisturbed, ${key}: ${left.join('; ')}`);
  if (seen.outcome !== (push === 'bad' ? 'rolled back' : 'deployed')) throw new Error(`${key}: ${seen.outcome}`);
  stage.undisturbed.set(key, seen);
  if (push !== 'bad') stage.side = other(stage.side);
}

export async function runCell(stage: Stage, victim: Victim, place: Place): Promise<Cell> {
  const notes: string[] = [];
  stage.note = (sentence) => void notes.push(sentence);
  const cell: Cell = { where: place.name, victim, seconds: 0, differs: [], notes };
  const wanted = await undisturbed(stage, place.push);
  let struck = Date.now();
  try {
    if (place.pulls) await forgetImage(stage);
    if (place.busy) await writeFile(stage.busyFlag, '');
    const { before, commit } = await begin(stage, place.push);
    const held = await hold(stage, place, before.number);
    const watched = await reachMiddle(stage, place, held);
    struck = Date.now();
    await strike(victim, watched, stage);
    const engineDied = victim === 'dockerd' || victim === 'all';
    cell.differs = await converge(stage, { place, before, commit, wanted, engineDied });
    if (place.push !== 'bad') stage.side = other(stage.side);
  } catch (error) {
    cell.differs = [messageOf(error)];
  }
  cell.seconds = Math.round((Date.now() - struck) / 100) / 10;
  await stage.gate.open();
  await rm(stage.busyFlag, { force: true });
  if (cell.differs.length > 0) cell.logs = await keepLogs(stage, place);
  return cell;
}

interface Begun {
  before: Before;
  commit: string;
}

async function begin(stage: Stage, push: Push): Promise<Begun> {
  const { world } = stage;
  await idle(world);
  stage.round += 1;
  const temporal = await world.temporal();
  const before: Before = {
    number: (await temporal.keeper()).nextNumber,
    heads: await world.checkedOut(),
    containers: await world.state(),
  };
  const files = filesFor(push, other(stage.side), stage.round, stage.restart);
  // Each bad push is another one, or it would be quarantined already.
  const message = `Round ${stage.round}: ${push}`;
  const commit = await world.release('platform', { ...files, 'round.txt': `${stage.round}\n` }, message);
  return { before, commit };
}

/** Waits until the command is started in the phase, and holds it. */
async function hold({ world, gate }: Stage, place: Place, number: number): Promise<Held> {
  const temporal = await world.temporal();
  const matches = matcher(place);
  const isOver = async () => (await world.history()).some((record) => record.number === number);
  return gate.hold(`${place.name} of deployment ${number}`, (call) => matches(call, () => phaseOf(temporal, number)), {
    within: HELD_MS,
    until: isOver,
  });
}

type Temporal = Awaited<ReturnType<Scene['world']['temporal']>>;

/** Undefined while there is no such deployment. A worker that is busy answers late. */
async function phaseOf(temporal: Temporal, number: number): Promise<Phase | undefined> {
  const { phase } = await temporal.deployment(number).catch(() => ({ phase: undefined }));
  return phase;
}

/** For a kill in the middle of the command: lets it begin and stops it there. */
async function reachMiddle(stage: Stage, { middle }: Place, held: Held): Promise<Held> {
  if (middle === undefined) return held;
  const reached = middle === 'git' ? untilFileChanges(stage) : untilEvent(stage, middle.event);
  await reached.ready;
  await held.release();
  await reached.there;
  await held.signal('SIGSTOP');
  return held;
}

interface Reaching {
  ready: Promise<void>;
  there: Promise<void>;
}

const MIDDLE_MS = 60_000;

function untilFileChanges({ world }: Stage): Reaching {
  const path = join(world.parts.checkouts.platform, MIDDLE_FILE);
  const look = () => statSync(path, { throwIfNoEntry: false })?.ino;
  const former = look();
  const deadline = Date.now() + MIDDLE_MS;
  const there = async () => {
    // A busy loop on purpose: git is done within a tenth of a second.
    while (look() === former) {
      if (Date.now() > deadline) throw new Error(`git never wrote ${MIDDLE_FILE}`);
      await new Promise(setImmediate);
    }
  };
  return { ready: Promise.resolve(), there: lazily(there) };
}

/** Begins when it is awaited. */
function lazily(work: () => Promise<void>): Promise<void> {
  return { then: (...args: Parameters<Promise<void>['then']>) => work().then(...args) } as Promise<void>;
}

function untilEvent({ world }: Stage, event: string): Reaching {
  const filters = [`label=com.docker.compose.project=${world.project}`, `event=${event}`, 'type=container'];
  const args = ['events', ...filters.flatMap((filter) => ['--filter', filter]), '--format', '{{.Action}}'];
  const child = spawn('docker', args, { env: world.parts.env, stdio: ['ignore', 'pipe', 'ignore'] });
  const there = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no container event ${event}`)), MIDDLE_MS);
    createInterface({ input: child.stdout }).once('line', () => {
      clearTimeout(timer);
      resolve();
    });
  }).finally(() => child.kill());
  // The engine has no word for "I am listening"; its answer to another question comes later than that.
  return { ready: new Promise((resolve) => setTimeout(resolve, 500)), there };
}

interface Expected extends Begun {
  place: Place;
  wanted: Picture;
  engineDied: boolean;
}

async function converge(stage: Stage, { place, before, commit, wanted, engineDied }: Expected): Promise<string[]> {
  const { world } = stage;
  let over = false;
  await Promise.all([
    world.waitForOutcome(before.number, { within: CONVERGED_MS }).finally(() => (over = true)),
    engineDied ? restartWhenTold(stage, before.number, () => over) : undefined,
  ]);
  await idle(world);
  const look = async () => [
    ...differences(wanted, await picture(world, before.number)),
    ...(await leftBy(stage, place.push, before, commit, engineDied)),
  ];
  let seen = await look();
  // What the engine starts again is not healthy at once.
  await waitFor('everything as without the kill', async () => seen.length === 0 || ((seen = await look()), false), {
    within: engineDied ? 30_000 : 5_000,
    every: 500,
  }).catch(() => undefined);
  return seen;
}

/**
 * A person who does what the log asks for: Docker 20.10 loses a published port when it is killed while the container that
 * has it restarts over and over, and gives it to nobody until it is restarted.
 */
async function restartWhenTold({ world, engine, note }: Stage, number: number, isOver: () => boolean): Promise<void> {
  const asked = new RegExp(` ${number} (apply|roll back)\\] (WARNING )?The Docker Engine keeps port`);
  const seen = await waitFor(
    'the end, or a word of a lost port',
    async () => (asked.test(await world.autodeployLog()) ? 'asked' : isOver() && 'over'),
    { within: 2 * CONVERGED_MS, every: 1_000 },
  );
  if (seen === 'over') return;
  note('the engine had lost a published port and was restarted, as the log asked');
  await engine.restart();
}

function leftBy({ world }: Stage, push: Push, before: Before, commit: string, engineDied: boolean) {
  const heads = push === 'bad' ? before.heads : { ...before.heads, platform: commit };
  return residues(world, before, heads, { engineDied });
}

/** As on a host that never had it. */
async function forgetImage({ world, side, engine }: Stage): Promise<void> {
  await engine.docker('image', 'rm', `${world.images.api}:${apiTagOf(other(side))}`);
}

async function keepLogs({ world, engine }: Stage, place: Place): Promise<string> {
  const folder = join(tmpdir(), 'birdkeeper-chaos', `${world.project}-${place.name}`);
  await mkdir(folder, { recursive: true });
  await cp(world.parts.settings.logDirectory, join(folder, 'log'), { recursive: true });
  await cp(join(world.stateDirectory, 'stacks'), join(folder, 'stacks'), { recursive: true }).catch(() => undefined);
  await writeFile(join(folder, 'up.log'), await world.upkeep.printed());
  await writeFile(join(folder, 'dockerd.log'), await readFile(engine.log).catch(() => ''));
  const { stdout } = await engine.docker('ps', '--all');
  await writeFile(join(folder, 'containers.txt'), stdout);
  return folder;
}
