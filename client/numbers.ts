/** Numbers as they are typed. Pure. */
import { wrongUse } from './failures.js';

/** Throws `CommandEnd` (wrong use) on anything but a whole number of 0 or more. */
export function numberOf(text: string, what: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw wrongUse(
    `${JSON.stringify(text)} is not the number of a ${what}: give a whole number, as birdkeeper history shows it.`,
  );
}
