/** Stands for Cowbird's API as a program: `node main.js`. HOST, PORT (7000), and what settings.ts says. */
import { placeOf, runUntilTold } from '../program.js';
import { startCowbird } from './index.js';
import { cowbirdSettings } from './settings.js';

const cowbird = await startCowbird({ ...cowbirdSettings(process.env), ...placeOf(process.env, 7_000) });
runUntilTold(`What stands for Cowbird (${cowbird.cowbird.behaviour.handlers.join(', ') || 'no handlers'})`, cowbird);
