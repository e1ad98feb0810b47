/** What a command is given of the world: where it writes, and what it may know. Tests give their own. */
import type { Handlers } from './handlers.js';
import type { ClientSettings } from './settings.js';

export interface Io {
  /** One line of the answer. */
  out(line: string): void;
  /** Bytes of the answer, as they are. */
  raw(bytes: Uint8Array): void;
  /** One line about the answer: progress, notices, errors. */
  err(line: string): void;
  /** An answer of the person at the terminal; absent where nobody can be asked. */
  ask?: (question: string) => Promise<string>;
  now(): Date;
  /** A terminal whose lines can be drawn again; absent where lines are only printed. */
  screen?: Screen;
  /** From now on until `done`, ^C aborts the signal in the place of ending the process; a second one ends it. */
  interruption(): Interruption;
}

export interface Screen {
  columns(): number;
  rows(): number;
  write(text: string): void;
}

export interface Interruption {
  readonly signal: AbortSignal;
  done(): void;
}

export interface CommandContext {
  io: Io;
  settings: ClientSettings;
  handlers: Handlers;
}

/** Options that every command takes. */
export interface CommonOptions {
  /** Directory of the stack, as given. */
  stack: string;
  envFile?: string;
  address?: string;
  json?: boolean;
}

export const printJson = (io: Io, value: unknown): void => io.out(JSON.stringify(value, null, 2));
export const printLines = (io: Io, lines: readonly string[]): void => lines.forEach((line) => io.out(line));
