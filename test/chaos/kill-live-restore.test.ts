import { describe } from 'vitest';
import { selectPlaces } from './places.js';
import { testsOf } from './suite.js';

/**
 * Containers run on while the engine is away: only where the engine is asked for something can this make a difference. Not
 * while it settles: Docker 20.10 asks no container for its health any more that it found running when it came back, so one
 * that was still starting never becomes healthy, and the release is rolled back.
 */
const WHERE = ['pull', 'apply', 'apply-back', 'compose-made', 'compose-removed'];

const places = selectPlaces('live-restore', process.env.BIRDKEEPER_CHAOS_ONLY);
const cells = places.filter(({ name }) => WHERE.includes(name)).map((place) => ({ victim: 'dockerd' as const, place }));

describe('chaos/kill-live-restore', await testsOf({ name: 'live-restore', liveRestore: true, cells }));
