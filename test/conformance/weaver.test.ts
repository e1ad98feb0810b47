/** Judges the Weaver that `npm run test:conformance -- --weaver URL` names; without one the double. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startWeaver, type Weaver } from '../support/doubles/weaver/index.js';
import { judge, reasonToSkip, meet, type Judged, type Known } from './bench.js';
import { POINTS } from './points.js';

const { CONFORMANCE_WEAVER, CONFORMANCE_BIRD, CONFORMANCE_COOKIE, CONFORMANCE_BIRDS_HOST } = process.env;

let double: Weaver | undefined;
let judged: Judged;
let known: Known;

beforeAll(async () => {
  if (CONFORMANCE_WEAVER === undefined) double = await startWeaver();
  judged = {
    url: CONFORMANCE_WEAVER ?? double?.url ?? '',
    ...(CONFORMANCE_BIRD === undefined ? {} : { bird: CONFORMANCE_BIRD }),
    ...(CONFORMANCE_COOKIE === undefined ? {} : { cookie: CONFORMANCE_COOKIE }),
    ...(CONFORMANCE_BIRDS_HOST === undefined ? {} : { birdsHost: CONFORMANCE_BIRDS_HOST }),
  };
  known = await meet(judged);
});
afterAll(() => double?.close());

describe('conformance/weaver', () => {
  for (const point of POINTS) {
    it(`${point.number}: ${point.name}`, async (context) => {
      const reason = reasonToSkip(point, judged, known);
      context.skip(reason !== undefined, reason);
      await judge(point, judged, known);
    });
  }
});
