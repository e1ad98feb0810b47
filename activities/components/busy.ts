/** Asks components whether users work there, and waits for them up to a limit. Changes nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../shared/failures.js';
import type { Redact } from '../shared/redact.js';
import { CommandFailed, runCommand, tailOf, type Command } from '../shared/run-command.js';
import type { StackView } from '../stack/view.js';
import { interruptsOf, isAsked, nextMove, whoInBody, whoInOutput, type BusyAnswer } from './busy-answers.js';
import type { BusyRules } from './manifest.js';
import type { Component } from './read.js';

export interface BusyOptions {
  /** The live view: those who are asked are what runs now. */
  view: Pick<StackView, 'variables'>;
  signal: AbortSignal;
  redact: Redact;
}

export interface BusyReport {
  /** `jupyter: ann (notebook-3)`, a line each, redacted. */
  interrupts: string[];
  /** A sentence per component that could not be asked and counts as idle. */
  warnings: string[];
}

export interface AwaitOptions extends BusyOptions {
  /** Of components whose `component.yml` says nothing else; 0: nobody is waited for. */
  limitSeconds: number;
  everySeconds: number;
  heartbeat: (details: unknown) => void;
  /** When the waiting began (milliseconds since 1970), for a step that runs again; now unless given. */
  since?: number;
}

const URL_MS = 10_000;
/** A command may have to ask an engine first. */
const COMMAND_MS = 30_000;
const GRACE_MS = 1_000;
const MOST_BODY_BYTES = 256 * 1024;
const BUSY_STATUS = 1;
const WARNING_CHARACTERS = 300;

/**
 * `touched`: services that will be restarted, recreated or removed (a signal interrupts nobody). A component is asked when
 * one of the services in its `busy` is among them; one that lists none is asked whenever anything is touched. Never throws
 * for an answer, only the reason of the signal.
 */
export async function askBusy(
  components: readonly Component[],
  touched: readonly string[],
  options: BusyOptions,
): Promise<BusyReport> {
  const answers = await askAll(askedOf(components, touched), options);
  return reportOf(answers);
}

/**
 * Waits until nobody works any more, or until the limit of each component where somebody does is over. `interrupts`: who
 * works there all the same.
 */
export async function awaitIdle(
  components: readonly Component[],
  touched: readonly string[],
  options: AwaitOptions,
): Promise<BusyReport & { waitedSeconds: number }> {
  const asked = askedOf(components, touched);
  const since = options.since ?? Date.now();
  for (;;) {
    const answers = await askAll(asked, options);
    const waited = Math.max(0, (Date.now() - since) / 1000);
    const holders = asked.map(({ rules, name }, at) => ({
      component: name,
      busy: (answers[at]?.who.length ?? 0) > 0,
      limitSeconds: rules.limit ?? options.limitSeconds,
      everySeconds: rules.every ?? options.everySeconds,
    }));
    const move = nextMove(holders, waited);
    if (move.waitSeconds === 0) return { ...reportOf(answers), waitedSeconds: Math.round(waited * 10) / 10 };
    options.heartbeat({ waitingFor: interruptsOf(answers), waitedSeconds: Math.round(waited) });
    await sleep(Math.ceil(move.waitSeconds * 1000), undefined, { signal: options.signal }).catch(() => undefined);
    options.signal.throwIfAborted();
  }
}

interface Asked {
  name: string;
  dir: string;
  rules: BusyRules;
}

const askedOf = (components: readonly Component[], touched: readonly string[]): Asked[] =>
  components.flatMap(({ name, dir, manifest: { busy } }) =>
    busy !== undefined && isAsked(busy.services, touched) ? [{ name, dir, rules: busy }] : [],
  );

async function askAll(asked: readonly Asked[], options: BusyOptions): Promise<BusyAnswer[]> {
  const answers = await Promise.all(asked.map((one) => askOne(one, options)));
  options.signal.throwIfAborted();
  return answers;
}

const reportOf = (answers: readonly BusyAnswer[]): BusyReport => ({
  interrupts: interruptsOf(answers),
  warnings: answers.flatMap(({ warning }) => warning ?? []),
});

async function askOne({ name, dir, rules }: Asked, options: BusyOptions): Promise<BusyAnswer> {
  const { redact } = options;
  try {
    const who = await (rules.url === undefined
      ? askCommand(rules.command ?? '', dir, options)
      : askUrl(rules.url, options));
    return { component: name, who };
  } catch (error) {
    const why = redact(messageOf(error)).replace(/\s+/g, ' ').slice(0, WARNING_CHARACTERS);
    return {
      component: name,
      who: [],
      warning: `${name}: whether somebody works there is unknown (${why}); it counts as idle.`,
    };
  }
}

/** Redirects are not followed: that to a login page would be a page full of users. */
async function askUrl(url: string, { signal, redact }: BusyOptions): Promise<string[]> {
  const limit = AbortSignal.timeout(URL_MS);
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.any([signal, limit]) });
    if (response.status === 200) return whoInBody(redact(await beginningOf(response)));
    await response.body?.cancel();
    throw new Error(`${url} answers with status ${response.status}`);
  } catch (error) {
    if (limit.aborted) throw new Error(`${url} does not answer within ${URL_MS / 1000} s`);
    throw error instanceof TypeError
      ? new Error(`${url} cannot be reached: ${messageOf(error.cause ?? error)}`)
      : error;
  }
}

async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).length;
    if (size >= MOST_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** In the directory of the component, so that a script beside `component.yml` is `./who-works`. */
async function askCommand(
  given: NonNullable<BusyRules['command']>,
  dir: string,
  { view, signal, redact }: BusyOptions,
): Promise<string[]> {
  try {
    const { status, stdout } = await runCommand(toCommand(given), {
      cwd: dir,
      env: { ...view.variables },
      signal,
      timeoutMs: COMMAND_MS,
      graceMs: GRACE_MS,
      okStatuses: [0, BUSY_STATUS],
    });
    return status === BUSY_STATUS ? whoInOutput(redact(stdout)) : [];
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    // The message of the failure begins with the command, which may hold a password.
    const how = error.reason === 'status' ? `ended with status ${error.status}` : `${error.reason}`;
    throw new Error(`its command: ${how}${tailOf(error.stderr, 2)}`);
  }
}

/** Text is the operator's own, for a shell; a list is for none. */
export function toCommand(given: NonNullable<BusyRules['command']>): Command {
  if (typeof given === 'string') return { file: '/bin/sh', args: ['-c', given] };
  const [file, ...args] = given;
  return { file, args };
}
