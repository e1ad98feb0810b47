/**
 * Handing over to another version of the code: the keeper begins nothing more and continues as new, so that its history
 * is short and its queue goes with it; whoever takes over tells it to go on. Pure.
 */
import type { HandOver } from '../keeper-model.js';
import { whoOf } from '../validate.js';
import type { KeeperMemory } from './messages.js';

/** Longer than a change of versions takes, shorter than anybody would miss deployments. */
export const HAND_OVER_MINUTES = 30;

/** A second one counts from now. */
export const afterHandOver = (memory: KeeperMemory, payload: unknown, now: Date): KeeperMemory => ({
  ...memory,
  handedOver: { by: whoOf(payload), at: now.toISOString() },
});

export function afterTakeOver({ handedOver: _over, ...memory }: KeeperMemory): KeeperMemory {
  return memory;
}

/** Nobody took over within the time: the keeper goes on at the next thing that it hears, without a timer in its history. */
export const isHandedOver = ({ handedOver }: { handedOver?: HandOver }, now: Date): boolean =>
  handedOver !== undefined && now.getTime() < Date.parse(handedOver.at) + HAND_OVER_MINUTES * 60_000;
