/** Stands for Cowbird's worker as a program: `node worker-main.js`. HOST, PORT (7001), VERSION. */
import { placeOf, runUntilTold } from '../program.js';
import { Cowbird } from './state.js';
import { startWorker } from './worker.js';

const version = process.env['VERSION'] || new Cowbird().version;
runUntilTold(`What stands for Cowbird's worker (${version})`, await startWorker(version, placeOf(process.env, 7_001)));
