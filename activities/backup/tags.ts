/**
 * Tags of our snapshots beside `stack=` and `release=`. A snapshot is made as `unfinished`; that tag gives way to one of the
 * others at the very end. Pure.
 */
import type { Selection } from './types.js';
import { selectionWord } from './plan.js';

export const COMPLETE = 'complete';
/** restic could not read everything. */
export const INCOMPLETE = 'incomplete';
/** Being made, or cut short. */
export const UNFINISHED = 'unfinished';

const BEFORE_RESTORE = 'before-restore=';
/** What there was before that snapshot was restored; as whole as a complete one, of the parts that existed. */
export const beforeRestoreTag = (snapshot: string): string => BEFORE_RESTORE + snapshot;
export const isBeforeRestore = (tag: string): boolean => tag.startsWith(BEFORE_RESTORE);

const SELECTION = 'selection=';
export const selectionTag = (selection: Selection): string => SELECTION + selectionWord(selection);
export const isSelection = (tag: string): boolean => tag.startsWith(SELECTION);
