import { describe } from 'vitest';
import { placeNamed } from '../chaos/places.js';
import { testsOf } from '../chaos/suite.js';

/** One cell of each victim; `npm run test:chaos` has all of them. What `killed.test.ts` kills is left out. */
const cells = [
  { victim: 'worker' as const, place: placeNamed('record') },
  { victim: 'temporal' as const, place: placeNamed('stage') },
  { victim: 'dockerd' as const, place: placeNamed('compose-made') },
  { victim: 'all' as const, place: placeNamed('apply') },
];

describe('chaos', await testsOf({ name: 'some', cells }));
