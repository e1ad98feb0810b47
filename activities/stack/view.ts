/**
 * A stack as it is read: live, or staged (the wanted commits laid out beside the live checkouts and shown at the live
 * paths). Everything that depends on the configuration goes through a view, so that a staged stack and the live one
 * after `advance` are read by the same code.
 */
import type { Commits } from '../../workflows/model.js';
import type { Command } from '../shared/run-command.js';
import type { OriginOf } from './diagnostics.js';
import type { Era } from './reader/eras.js';
import type { StackSettings } from './settings.js';
import type { Staged } from './staged-paths.js';

export interface Checkout {
  /** Unique in the stack. */
  name: string;
  /** Real path of the live work tree's root. */
  dir: string;
}

export interface RenderedFile {
  /** Live path of the rendered file. */
  path: string;
  text: Buffer;
  mode: number;
}

/** What a stack says of itself. Unlike a whole view it asks git for no commit. */
export interface Configuration {
  /** Compose project name. */
  readonly name: string;
  /** Real live path. */
  readonly directory: string;
  /** The stack's own checkout first (when the directory lies in one), then AUTODEPLOY_EXTRA_REPOS. */
  readonly checkouts: readonly Checkout[];
  /** Directories of checkouts that git called the root of a work tree while this was read. */
  readonly roots: ReadonlySet<string>;
  /** How it was read: the tag of birdhouse-deploy since which its reader is as it is, or `plain`. */
  readonly era: Era;
  /** Every variable that was exported: the environment of hooks and templates. Holds secrets: never leaves an activity. */
  readonly variables: Readonly<Record<string, string>>;
  /** The environment of compose: also what upstream's compose script adds for it alone. */
  readonly composeVariables: Readonly<Record<string, string>>;
  readonly settings: StackSettings;
  /** Live paths, in Compose's `-f` order. */
  readonly composeFiles: readonly string[];
  /** Component directories, live paths, in order. */
  readonly components: readonly string[];
  /** What the templates of this view give; not yet compared with what is on disk. */
  readonly rendered: readonly RenderedFile[];
  /** Names of `VARS` without a value: nothing may be rendered or started while there are any. */
  readonly missingRequired: readonly string[];
  /** What components need and the variables do not give, and what cannot be merged: as little may be rendered then. No secrets. */
  readonly refusals: readonly string[];
  /** Where a variable is set, live path; undefined: no file that was read sets it. */
  readonly originOf: OriginOf;
  /** Warnings found while reading: missing component directory … */
  readonly warnings: readonly string[];
  /** Where the content shown at a live path can be read from this process. Identity for a live view. */
  locate(livePath: string): string;
  /** The command as it must be started so that live paths show this view. Identity for a live view. */
  wrap(command: Command): Command;
}

export interface StackView extends Configuration {
  readonly kind: 'live' | 'staged';
  /** Commit of each checkout as this view shows it. */
  readonly commits: Commits;
}

/** The staged stack also tells what lies over what, for who writes into the staged trees. */
export interface StagedView extends StackView {
  readonly kind: 'staged';
  readonly staged: Staged;
}
