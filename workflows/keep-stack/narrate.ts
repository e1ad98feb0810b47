import type { KeeperStatus } from '../model.js';
import { HAND_OVER_MINUTES } from './hand-over.js';
import { inline, table } from '../tables.js';

/** Markdown for the Temporal UI: what the keeper does, what waits, how the last one ended. */
export function keeperDetails(status: KeeperStatus): string {
  const { stack, running, working, queued, queuedWork = [], last, look, backOff, paused, waiting, handedOver } = status;
  return [
    ...(paused === undefined
      ? []
      : [
          `**Paused** by ${inline(paused.by)} since ${paused.at}: ${inline(paused.reason)}. Go on with: birdkeeper resume`,
        ]),
    ...(handedOver === undefined
      ? []
      : [
          `**Handed over** by ${inline(handedOver.by)} at ${handedOver.at}: begins nothing until a worker starts, ${HAND_OVER_MINUTES} minutes at most. Take it back with: birdkeeper drain --undo`,
        ]),
    ...(waiting === undefined ? [] : [`Deployment **${waiting.number}** waits: ${inline(waiting.why)}`]),
    ...(working === undefined ? [] : [`The ${working.kind} ${inline(working.input.name ?? '')} of **${stack}** runs.`]),
    ...(queuedWork.length === 0 ? [] : [`Work that waits for its turn: ${queuedWork.length}.`]),
    running === undefined
      ? `Keeps **${stack}**.${working === undefined ? ' Nothing runs.' : ''}`
      : `Deployment **${running.number}** of **${stack}** runs (${running.trigger}): ${inline(running.reason)}`,
    ...(queued.length === 0
      ? []
      : [
          table(
            ['queued', 'trigger', 'force', 'reason'],
            queued.map(({ number, trigger, force, reason }) => [String(number), trigger, String(force), reason]),
          ),
        ]),
    ...(last === undefined ? [] : [`Last: deployment ${last.number} ended **${last.outcome}** at ${last.at}.`]),
    ...(look === undefined
      ? []
      : [`Newest look that was not up to date: **${look.word}** at ${look.at}. ${inline(look.reason)}`]),
    ...(backOff === undefined
      ? []
      : [
          `Failed ${backOff.failures} times before anything moved; tried again after ${backOff.until}, or: birdkeeper deploy`,
        ]),
  ].join('\n\n');
}
