/** Where a view is read from, and how: live, through a mount namespace, or by mapped paths. */
import type { Command } from '../shared/run-command.js';
import { readShell, type ReadShellOptions, type ShellReading } from './reader/read-shell.js';

export type Wrap = (command: Command) => Command;
export type ReadConfiguration = Omit<ReadShellOptions, 'wrap' | 'locate'>;

export interface Place {
  locate: (livePath: string) => string;
  /** As `readShell`; everything that comes back has live paths. */
  read: (options: ReadConfiguration) => Promise<ShellReading>;
  /** How commands are started that read the stack with these variables; what they say has live paths. */
  wrapFor: (variables: Readonly<Record<string, string>>) => Promise<Wrap>;
  /** Live paths at which a link of ours stands for a directory. */
  standIns: ReadonlySet<string>;
  /** What this way of reading may have seen wrongly, a sentence each. Live paths. */
  doubts: (read: { files: readonly string[]; composeFiles: readonly string[] }) => Promise<string[]>;
}

/** A place that shows everything at its live path, to commands that are started by `wrap`. */
export function plainPlace(locate: (livePath: string) => string, wrap: Wrap): Place {
  return {
    locate,
    read: (options) => readShell({ ...options, wrap, locate }),
    wrapFor: () => Promise.resolve(wrap),
    standIns: new Set(),
    doubts: () => Promise.resolve([]),
  };
}
