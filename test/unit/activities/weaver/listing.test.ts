import { describe, expect, it } from 'vitest';
import type { BirdAnswer } from '../../../../activities/weaver/bird.js';
import { spoils } from '../../../../activities/weaver/listing.js';

const GOOD: BirdAnswer = { is: 'ready', processes: 2 };
const status = (code: number): BirdAnswer => ({ is: 'not ready', why: `answers with status ${code}`, status: code });
const SLOW: BirdAnswer = { is: 'not ready', why: 'does not answer', slow: true };
const REFUSED: BirdAnswer = { is: 'not ready', why: 'refuses connections' };
const text = (document: 'exception' | 'empty' | 'no XML' | 'other'): BirdAnswer => ({
  ...{ is: 'not ready', why: 'answers with something else', status: 200, document },
});
const MISSING = { missing: true };
const BREAKS = { breaksListing: true };
const BREAKS_IDS = { missing: true, breaksIds: true };

/** Seen of a real Weaver 6.8.3. */
describe('activities/weaver/listing', () => {
  it.each<[string, BirdAnswer, BirdAnswer, Partial<ReturnType<typeof spoils>>]>([
    ['well', GOOD, GOOD, {}],
    ['of WPS 2.0', { is: 'wps-2' }, { is: 'wps-2' }, {}],
    ['not seen from here', { is: 'unseen' }, { is: 'unseen' }, {}],
    ['refused', REFUSED, REFUSED, MISSING],
    ['slower than 2 s', SLOW, GOOD, MISSING],
    ...[401, 403, 404, 502, 503, 504].map((code) => [String(code), status(code), status(code), MISSING] as never),
    ['500', status(500), status(500), BREAKS_IDS],
    ['400', status(400), status(400), BREAKS],
    ['405', status(405), status(405), MISSING],
    ['200 with an exception', text('exception'), text('exception'), BREAKS],
    ['200 with nothing', text('empty'), text('empty'), BREAKS],
    ['200 with HTML', text('other'), text('other'), MISSING],
    ['200 with JSON', text('no XML'), text('no XML'), BREAKS_IDS],
    ['fast, then slower than 5 s', GOOD, SLOW, BREAKS_IDS],
    ['well, then 401', GOOD, status(401), BREAKS],
    ['well, then 404', GOOD, status(404), BREAKS_IDS],
    ['well, then 503', GOOD, status(503), BREAKS_IDS],
  ])('a bird that is %s', (_, probe, read, expected) => {
    expect(spoils(probe, read)).toEqual({ missing: false, breaksListing: false, breaksIds: false, ...expected });
  });
});
