import { selectPlaces } from './places.js';
import { chaosColumn } from './suite.js';

await chaosColumn({ victim: 'dockerd', places: selectPlaces('dockerd', process.env.BIRDKEEPER_CHAOS_ONLY) });
