/**
 * The state directory: plain JSON and JSON lines, written atomically, enough to know by hand what runs and to build the
 * keeper again on an empty Temporal server. Layout in `docs/state.md`.
 */
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeploymentRecord, QuarantinedRelease, Release } from '../../workflows/model.js';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { appendJsonLine, readJson, readJsonLines, writeJson } from '../shared/files.js';
import { CowbirdNote, WeaverNote } from './follow-up-schemas.js';
import * as schemas from './schemas.js';

export type { CowbirdNote, WeaverNote } from './follow-up-schemas.js';
export type { Intent, KeeperNote, LastGood, LocalRun, Look, Observed, RegisteredStack, Rules } from './schemas.js';

/** Names are used in paths and workflow ids; this is Compose's own rule for a project name. */
const STACK_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export class StateDirectory {
  constructor(readonly root: string) {}

  readonly knownHosts = () => join(this.root, 'known_hosts');

  /** Finds a stack by name. Throws BadInput when the name is none of ours, or is no name at all. */
  async stack(name: string): Promise<StackState> {
    const known = await this.stacks();
    const found = known.find((stack) => stack.name === name);
    if (!found) {
      const names = known.map((stack) => stack.name).join(', ') || 'none';
      throw new StepFailure(
        FAILURES.badInput,
        `No stack named ${quoted(name)} is registered on this host (registered: ${names}). Start it with: birdkeeper up --stack DIR`,
      );
    }
    return new StackState(this, found);
  }

  async stacks(): Promise<schemas.RegisteredStack[]> {
    return (await readJson(this.path('stacks.json'), schemas.Registry)) ?? [];
  }

  /**
   * Adds or updates a stack. Refuses a second directory of one name and one directory under two names.
   */
  async register(stack: schemas.RegisteredStack): Promise<StackState> {
    if (!STACK_NAME.test(stack.name)) {
      throw new StepFailure(
        FAILURES.badInput,
        `${quoted(stack.name)} cannot be a stack's name: use lower-case letters, digits, "-" and "_" (COMPOSE_PROJECT_NAME sets it).`,
      );
    }
    const directory = await realDirectory(stack.directory);
    const others = (await this.stacks()).filter((known) => known.name !== stack.name || known.directory !== directory);
    const clash = others.find((known) => known.name === stack.name || known.directory === directory);
    if (clash) {
      throw new StepFailure(
        FAILURES.badInput,
        `Stack ${stack.name} in ${directory} clashes with stack ${clash.name} in ${clash.directory}: two stacks of one name, or one directory in two stacks, cannot be kept apart. End the former first: birdkeeper forget --stack ${clash.directory}`,
      );
    }
    await writeJson(this.path('stacks.json'), [...others, { ...stack, directory }], REGISTRY_MODE);
    return new StackState(this, { ...stack, directory });
  }

  async forget(name: string): Promise<void> {
    const others = (await this.stacks()).filter((known) => known.name !== name);
    await writeJson(this.path('stacks.json'), others, REGISTRY_MODE);
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }
}

/** Input of a workflow is whatever somebody sent: an object that cannot be made a string must not pass for a fault of ours. */
const quoted = (value: unknown): string => String(JSON.stringify(value)).slice(0, 80);

async function realDirectory(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw new StepFailure(FAILURES.badInput, `The stack directory ${path} cannot be used: ${messageOf(error)}`);
  }
}

/** The command line run as another user finds a stack by its directory. Names and directories are no secret. */
const REGISTRY_MODE = 0o644;

/** What is recorded of one stack. */
export class StackState {
  constructor(
    private readonly directory: StateDirectory,
    readonly stack: schemas.RegisteredStack,
  ) {}

  get name(): string {
    return this.stack.name;
  }

  path(...parts: string[]): string {
    return this.directory.path('stacks', this.stack.name, ...parts);
  }

  get knownHosts(): string {
    return this.directory.knownHosts();
  }

  /** Good releases, oldest first. A number recorded twice (a step that ran twice) appears once. */
  async releases(): Promise<Release[]> {
    return newestOfEach(await readJsonLines(this.path('releases.jsonl'), schemas.Release));
  }

  /** What was backed up of which release, oldest first. */
  async snapshots(): Promise<schemas.SnapshotNote[]> {
    return readJsonLines(this.path('snapshots.jsonl'), schemas.SnapshotNote);
  }

  recordSnapshot(note: schemas.SnapshotNote): Promise<void> {
    return appendJsonLine(this.path('snapshots.jsonl'), note);
  }

  async latestRelease(): Promise<Release | undefined> {
    return (await this.releases()).at(-1);
  }

  /** Live paths of every file that a recorded release rendered. */
  async renderedPaths(): Promise<string[]> {
    return [...new Set((await this.releases()).flatMap(({ rendered }) => Object.keys(rendered)))];
  }

  recordRelease(release: Release): Promise<void> {
    return appendJsonLine(this.path('releases.jsonl'), release);
  }

  /** Every attempt, oldest first. A number recorded twice (a step that ran twice) appears once. */
  async deployments(): Promise<DeploymentRecord[]> {
    return newestOfEach(await readJsonLines(this.path('deployments.jsonl'), schemas.DeploymentRecord));
  }

  recordDeployment(record: DeploymentRecord): Promise<void> {
    return appendJsonLine(this.path('deployments.jsonl'), record);
  }

  async quarantined(): Promise<QuarantinedRelease[]> {
    return (await readJson(this.path('quarantine.json'), schemas.QuarantinedReleases)) ?? [];
  }

  setQuarantined(releases: QuarantinedRelease[]): Promise<void> {
    return writeJson(this.path('quarantine.json'), releases);
  }

  intent(): Promise<schemas.Intent | undefined> {
    return readJson(this.path('intent.json'), schemas.Intent);
  }

  setIntent(intent: schemas.Intent): Promise<void> {
    return writeJson(this.path('intent.json'), intent);
  }

  clearIntent(): Promise<void> {
    return rm(this.path('intent.json'), { force: true });
  }

  look(): Promise<schemas.Look | undefined> {
    return readJson(this.path('look.json'), schemas.Look);
  }

  setLook(look: schemas.Look): Promise<void> {
    return writeJson(this.path('look.json'), look);
  }

  observed(): Promise<schemas.Observed | undefined> {
    return readJson(this.path('observed.json'), schemas.Observed);
  }

  setObserved(observed: schemas.Observed): Promise<void> {
    return writeJson(this.path('observed.json'), observed);
  }

  lastGood(): Promise<schemas.LastGood | undefined> {
    return readJson(this.path('last-good.json'), schemas.LastGood);
  }

  setLastGood(settings: schemas.LastGood): Promise<void> {
    return writeJson(this.path('last-good.json'), settings);
  }

  /** As the configuration that was read last has it: also one that was never good enough to be deployed. */
  async logDirectory(): Promise<string | undefined> {
    return (await readJson(this.path('log.json'), schemas.LogPlace))?.directory;
  }

  noteLogDirectory(directory: string): Promise<void> {
    return writeJson(this.path('log.json'), { directory });
  }

  /** What the keeper held when it last wrote it down. */
  async keeperNote(): Promise<schemas.KeeperNote> {
    return (await readJson(this.path('keeper.json'), schemas.KeeperNote)) ?? {};
  }

  setKeeperNote(note: schemas.KeeperNote): Promise<void> {
    return writeJson(this.path('keeper.json'), note);
  }

  weaverNote(): Promise<WeaverNote | undefined> {
    return readJson(this.path('weaver.json'), WeaverNote);
  }

  setWeaverNote(note: WeaverNote): Promise<void> {
    return writeJson(this.path('weaver.json'), note);
  }

  clearWeaverNote(): Promise<void> {
    return rm(this.path('weaver.json'), { force: true });
  }

  cowbirdNote(): Promise<CowbirdNote | undefined> {
    return readJson(this.path('cowbird.json'), CowbirdNote);
  }

  setCowbirdNote(note: CowbirdNote): Promise<void> {
    return writeJson(this.path('cowbird.json'), note);
  }

  clearCowbirdNote(): Promise<void> {
    return rm(this.path('cowbird.json'), { force: true });
  }

  localRun(): Promise<schemas.LocalRun | undefined> {
    return readJson(this.path('local.json'), schemas.LocalRun);
  }

  setLocalRun(run: schemas.LocalRun): Promise<void> {
    return writeJson(this.path('local.json'), run);
  }

  /** Folder of one deployment: staging, plan. Throws BadInput on what is no number: it becomes part of a path. */
  async deploymentFolder(number: number): Promise<string> {
    if (!Number.isSafeInteger(number) || number < 0) {
      throw new StepFailure(FAILURES.badInput, `${quoted(number)} is not the number of a deployment.`);
    }
    const folder = this.path('deployments', String(number));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Numbers of the deployments that have a folder. */
  async deploymentNumbers(): Promise<number[]> {
    const names = await readdir(this.path('deployments')).catch(() => []);
    return names.map(Number).filter((number) => Number.isSafeInteger(number));
  }

  /** Lock that every command of ours takes which changes a checkout or the stack. */
  async lock(): Promise<string> {
    await mkdir(this.path(), { recursive: true, mode: 0o700 });
    return this.path('lock');
  }
}

const newestOfEach = <T extends { number: number }>(records: T[]): T[] => [
  ...new Map(records.map((record) => [record.number, record])).values(),
];
