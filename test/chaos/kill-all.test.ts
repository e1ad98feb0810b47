import { selectPlaces } from './places.js';
import { chaosColumn } from './suite.js';

await chaosColumn({ victim: 'all', places: selectPlaces('all', process.env.BIRDKEEPER_CHAOS_ONLY) });
