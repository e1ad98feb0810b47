import { selectPlaces } from './places.js';
import { chaosColumn } from './suite.js';

/** Containers run on while the engine is away: only where the engine is asked for something can this make a difference. */
const WHERE = ['pull', 'apply', 'settle', 'apply-back', 'compose-made', 'compose-removed'];

const places = selectPlaces('live-restore', process.env.BIRDKEEPER_CHAOS_ONLY);
await chaosColumn({
  victim: 'dockerd',
  name: 'live-restore',
  liveRestore: true,
  places: places.filter(({ name }) => WHERE.includes(name)),
});
