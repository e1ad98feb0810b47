import type { Figure } from '../bench.js';
import { birds } from './birds.js';
import { check } from './check.js';
import { configuration } from './configuration.js';
import { deployment } from './deployment.js';
import { disk } from './disk.js';
import { history } from './history.js';
import { jobs } from './jobs.js';
import { scrape } from './scrape.js';
import { series } from './series.js';
import { size } from './size.js';
import { worker } from './worker.js';

export const FIGURES: readonly Figure[] = [
  check,
  configuration,
  deployment,
  worker,
  jobs,
  scrape,
  series,
  birds,
  size,
  history,
  disk,
];
