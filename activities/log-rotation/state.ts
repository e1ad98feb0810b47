/** What is remembered of a directory of logs between runs: when each was rotated, and what a run is in the middle of. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from '../shared/files.js';
import { FILLS } from './cut-plan.js';

const count = z.number().int().nonnegative();
const time = z.iso.datetime();

const Log = z.object({
  /** Of its last rotation, or when it was first seen. */
  since: time,
  /** By us, at least once. */
  rotated: z.boolean(),
  /** Bytes of the blank line that the log begins with since. */
  padding: count,
});

const SetAside = z.object({
  log: z.string(),
  /** False while its writer has to be told that it has another name. */
  told: z.boolean(),
  bytes: count,
  modifiedMs: z.number(),
  since: time,
});

/** Written before the first step that changes something, taken away after the last. */
const Intent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('cut'),
    to: z.string(),
    inode: z.string(),
    /** The rotated file holds the log from here ... */
    from: count,
    /** ... to here; the blocks up to `length` are taken off. */
    end: count,
    length: count,
    fill: z.enum(FILLS),
    /** What the padding takes the place of, base64. */
    replaced: z.string(),
    compress: z.boolean(),
    /** Whole and on disk: from here on the cut may have been made. */
    copied: z.boolean(),
  }),
  z.object({
    kind: z.literal('set aside'),
    to: z.string(),
    inode: z.string(),
    mode: count,
    uid: count,
    gid: count,
  }),
  z.object({ kind: z.literal('compress'), to: z.string() }),
]);
export type Intent = z.infer<typeof Intent>;
export type IntentOf<Kind extends Intent['kind']> = Extract<Intent, { kind: Kind }>;

const RotationState = z.object({
  version: z.literal(1),
  directory: z.string(),
  logs: z.record(z.string(), Log),
  /** Renamed, and not compressed yet, by name. */
  setAside: z.record(z.string(), SetAside),
  /** By the name of what is worked on. */
  underway: z.record(z.string(), Intent),
  /** The writer has to be told that its logs have other names. */
  signalDue: z.boolean(),
});
export type RotationState = z.infer<typeof RotationState>;

/** The state in memory is what is on disk: a change is made in both or in none. */
export class StateFile {
  private constructor(
    private readonly path: string,
    private current: RotationState,
  ) {}

  /** Throws with the path when the file is malformed. */
  static async open(stateDir: string, directory: string): Promise<StateFile> {
    const path = statePath(stateDir, directory);
    const empty = { version: 1 as const, directory, logs: {}, setAside: {}, underway: {}, signalDue: false };
    return new StateFile(path, (await readJson(path, RotationState)) ?? empty);
  }

  get value(): Readonly<RotationState> {
    return this.current;
  }

  async change(change: (state: RotationState) => void): Promise<void> {
    const next = structuredClone(this.current);
    change(next);
    if (JSON.stringify(next) === JSON.stringify(this.current)) return;
    await writeJson(this.path, next);
    this.current = next;
  }
}

const statePath = (stateDir: string, directory: string): string =>
  join(stateDir, 'log-rotation', `${createHash('sha256').update(directory).digest('hex').slice(0, 16)}.json`);
