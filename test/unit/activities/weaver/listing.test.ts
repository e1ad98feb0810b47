import { describe, expect, it } from 'vitest';
import type { BirdAnswer } from '../../../../activities/weaver/bird.js';
import { spoils } from '../../../../activities/weaver/listing.js';

const GOOD: BirdAnswer = { is: 'ready', processes: 2 };
const status = (code: number): BirdAnswer => ({ is: 'not ready', why: `answers with status ${code}`, status: code });
const SLOW: BirdAnswer = { is: 'not ready', why: 'does not answer', slow: true };
const REFUSED: BirdAnswer = { is: 'not ready', why: 'refuses connections' };
const HTML: BirdAnswer = { is: 'not ready', why: 'answers with <html>', status: 200 };

describe('activities/weaver/listing', () => {
  it.each<[string, BirdAnswer, BirdAnswer, Partial<ReturnType<typeof spoils>>]>([
    ['well', GOOD, GOOD, {}],
    ['not seen from here', { is: 'unseen' }, { is: 'unseen' }, {}],
    ['refused', REFUSED, REFUSED, { missing: true }],
    ['slower than 2 s', SLOW, GOOD, { missing: true }],
    ['401', status(401), status(401), { missing: true }],
    ['403', status(403), status(403), { missing: true }],
    ['404', status(404), status(404), { missing: true }],
    ['502', status(502), status(502), { missing: true }],
    ['503', status(503), status(503), { missing: true }],
    ['504', status(504), status(504), { missing: true }],
    ['500', status(500), status(500), { breaksListing: true }],
    ['400', status(400), status(400), { missing: true, breaksDetails: true }],
    ['200 with HTML', HTML, HTML, {}],
    ['fast, then slower than 5 s', GOOD, SLOW, { breaksListing: true }],
  ])('a bird that is %s', (_, probe, read, expected) => {
    expect(spoils(probe, read)).toEqual({ missing: false, breaksListing: false, breaksDetails: false, ...expected });
  });
});
