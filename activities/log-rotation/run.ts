/** What the steps of one run on one directory share. */
import type { FileHandle } from 'node:fs/promises';
import type { Step } from '../shared/step.js';
import { shownName } from './log-file.js';
import type { Ownership, RotationRules } from './rules.js';
import type { IntentOf, Intent, StateFile } from './state.js';

export interface Run {
  /** Real path. */
  readonly directory: string;
  readonly stateDir: string;
  readonly rules: RotationRules;
  readonly state: StateFile;
  readonly step: Step;
  readonly env: Record<string, string>;
  readonly now: Date;
  /** Of the file that takes the place of one set aside; what the former one had, unless given. */
  readonly create?: Ownership | undefined;
}

export interface Rotated {
  file: string;
  to: string;
  /** Of the log, uncompressed. */
  bytes: number;
}

/** Told before each step that changes something: what a kill in the middle leaves differs from one to the next. */
export type Point =
  'copy' | 'cut' | 'collapse' | 'name' | 'rename' | 'create' | 'compress' | 'replace' | 'remove' | 'note';

export const tell = ({ step }: Run, doing: Point, file: string): void =>
  step.heartbeat({ doing, file: shownName(file) });

export const intend = ({ state }: Run, name: string, intent: Intent): Promise<void> =>
  state.change(({ underway }) => {
    underway[name] = intent;
  });

export const forget = ({ state }: Run, name: string): Promise<void> =>
  state.change(({ underway }) => {
    delete underway[name];
  });

export interface Opened<Kind extends Intent['kind']> {
  readonly log: string;
  readonly intent: IntentOf<Kind>;
  readonly file: FileHandle;
}
