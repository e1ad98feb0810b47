/** Stacks of every era, read by every shell. */
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isStepFailure } from '../../../../../activities/shared/failures.js';
import {
  readShell,
  type ReadShellOptions,
  type ShellReading,
} from '../../../../../activities/stack/reader/read-shell.js';
import { writeEraStack, type EraLists } from '../../../../support/era-stack.js';
import { ENV, scratch, shellNamed } from '../fixture.js';

export const SHELLS = ['dash', 'busybox', 'bash'] as const;
export type ShellKind = (typeof SHELLS)[number];

export interface EraWorld {
  readonly root: string;
  readonly shells: Readonly<Record<ShellKind, string>>;
  /** A new stack directory in the shape of an era. */
  stack: (era: string, files: Record<string, string | Buffer>, lists?: EraLists) => string;
  /** By one shell, `/bin/sh` unless given. */
  read: (directory: string, options?: Partial<ReadShellOptions>) => Promise<ShellReading>;
  /** By all of them, which must agree. */
  readByAll: (directory: string, options?: Partial<ReadShellOptions>) => Promise<ShellReading>;
  /** What each says that refuses to read, with the time it took. */
  refusals: (directory: string, options?: Partial<ReadShellOptions>) => Promise<string[]>;
  remove: () => void;
}

export function eraWorld(): EraWorld {
  const { root, remove } = scratch();
  const [dash, busybox, bash] = SHELLS.map((kind) => shellNamed(kind, root)) as [string, string, string];
  const shells = { dash, busybox, bash };
  let made = 0;
  const read: EraWorld['read'] = (directory, options = {}) =>
    readShell({
      directory,
      envFile: join(directory, 'env.local'),
      env: ENV,
      signal: new AbortController().signal,
      wrap: (command) => command,
      locate: (path) => path,
      ...options,
    });
  return {
    root,
    shells,
    stack: (era, files, lists) => {
      const directory = join(root, `stack ${(made += 1)}`, 'birdhouse');
      mkdirSync(directory, { recursive: true });
      writeEraStack(directory, era, files, lists);
      return realpathSync(directory);
    },
    read,
    readByAll: async (directory, options) => {
      const all = await Promise.all(SHELLS.map((kind) => read(directory, { ...options, shell: shells[kind] })));
      const [first, ...others] = all as [ShellReading, ...ShellReading[]];
      for (const [at, other] of others.entries()) expect(other, SHELLS[at + 1]).toEqual(first);
      return first;
    },
    refusals: (directory, options) =>
      Promise.all(SHELLS.map((kind) => refusal(read(directory, { ...options, shell: shells[kind] })))),
    remove,
  };
}

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.then(
    () => new Error('it was read'),
    (failure: unknown) => failure,
  );
  if (!isStepFailure(error, 'Configuration')) throw error;
  return error.message;
}
