import type { Figure } from '../bench.js';
import { check } from './check.js';
import { deployment } from './deployment.js';
import { disk } from './disk.js';
import { history } from './history.js';
import { size } from './size.js';
import { worker } from './worker.js';

export const FIGURES: readonly Figure[] = [check, deployment, worker, size, history, disk];
