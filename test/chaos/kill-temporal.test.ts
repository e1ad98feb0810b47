import { selectPlaces } from './places.js';
import { chaosColumn } from './suite.js';

await chaosColumn({ victim: 'temporal', places: selectPlaces('temporal', process.env.BIRDKEEPER_CHAOS_ONLY) });
