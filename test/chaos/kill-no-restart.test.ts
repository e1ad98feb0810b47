import { describe } from 'vitest';
import { selectPlaces } from './places.js';
import { testsOf } from './suite.js';

/** It is known what ran when the deployment began, so what the engine lost until `apply` has ended is started again. */
const WHERE = ['stage', 'pull', 'advance', 'apply'];

const places = selectPlaces('no-restart', process.env.BIRDKEEPER_CHAOS_ONLY);
const cells = places.filter(({ name }) => WHERE.includes(name)).map((place) => ({ victim: 'dockerd' as const, place }));

describe('chaos/kill-no-restart', await testsOf({ name: 'no-restart', restart: '"no"', cells }));
