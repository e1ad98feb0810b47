/**
 * What Weaver does with providers, point by point: the list by which doubles of Weaver are judged. Measured on Weaver 4.22.0,
 * 6.8.3 and 6.15.0; the numbers are those of README.md beside this.
 */
import type { Point } from './bench.js';
import { ASKING } from './points/asking.js';
import { LISTING } from './points/listing.js';
import { REGISTRATION } from './points/registration.js';
import { REQUESTS } from './points/requests.js';
import { ROLES } from './points/roles.js';

export const POINTS: readonly Point[] = [...REGISTRATION, ...REQUESTS, ...ASKING, ...LISTING, ...ROLES].sort(
  (a, b) => a.number - b.number,
);
