import { describe } from 'vitest';
import { selectPlaces } from './places.js';
import { testsOf } from './suite.js';

/** After the plan was made it is known what ran, so that what the engine lost is started again. */
const WHERE = ['pull', 'advance', 'apply'];

const places = selectPlaces('no-restart', process.env.BIRDKEEPER_CHAOS_ONLY);
const cells = places.filter(({ name }) => WHERE.includes(name)).map((place) => ({ victim: 'dockerd' as const, place }));

describe('chaos/kill-no-restart', await testsOf({ name: 'no-restart', restart: '"no"', cells }));
