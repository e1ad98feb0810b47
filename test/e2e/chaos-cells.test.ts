import { describe } from 'vitest';
import { placeNamed } from '../chaos/places.js';
import { testsOf } from '../chaos/suite.js';

/** Scenario 25. One cell of each victim; `npm run test:chaos` has all of them. */
const cells = [
  { victim: 'worker' as const, place: placeNamed('apply') },
  { victim: 'temporal' as const, place: placeNamed('stage') },
  { victim: 'dockerd' as const, place: placeNamed('compose-made') },
  { victim: 'all' as const, place: placeNamed('settle') },
];

describe('chaos', await testsOf({ name: 'some', cells }));
