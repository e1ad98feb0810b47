/** What a check found. Pure. */
import type { Finding } from '../schemas.js';

export const ok = (what: string, finding: string): Finding => ({ what, result: 'ok', finding });
export const warn = (what: string, finding: string, remedy?: string): Finding => ({
  what,
  result: 'warn',
  finding,
  ...(remedy === undefined ? {} : { remedy }),
});
/** Something that deployments need does not hold. */
export const fail = (what: string, finding: string, remedy: string): Finding => ({
  what,
  result: 'fail',
  finding,
  remedy,
});

/** Another check says what is wrong; this one could not look because of it. Shown as a warning. */
export class NotLooked extends Error {
  override readonly name = 'NotLooked';
}
