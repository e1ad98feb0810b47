import { selectPlaces } from './places.js';
import { chaosColumn } from './suite.js';

await chaosColumn({ victim: 'worker', places: selectPlaces('worker', process.env.BIRDKEEPER_CHAOS_ONLY) });
