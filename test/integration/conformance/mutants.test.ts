import { afterEach, describe, expect, it } from 'vitest';
import { judge, reasonToSkip, meet, type Judged } from '../../conformance/bench.js';
import { POINTS } from '../../conformance/points.js';
import type { Served } from '../../support/doubles/http.js';
import { startWrong, WRONG_WEAVERS, type WrongWeaver } from './wrong-weavers.js';

const toClose: Served[] = [];
afterEach(async () => {
  await Promise.all(toClose.splice(0).map((each) => each.close()));
});

/** The points that find something, of the quick ones. */
async function findings(wrong: Pick<WrongWeaver, 'options' | 'twist'>, numbers?: readonly number[]): Promise<string[]> {
  const served = await startWrong(wrong);
  toClose.push(served);
  const judged: Judged = { url: served.url };
  const known = await meet(judged);
  const found: string[] = [];
  for (const point of POINTS) {
    if (point.slow || reasonToSkip(point, judged, known) || numbers?.includes(point.number) === false) continue;
    await judge(point, judged, known).catch(() => found.push(`${point.number}: ${point.name}`));
  }
  return found;
}

describe('conformance/mutants', () => {
  it('a right one passes through what makes the others wrong', async () => {
    expect(await findings({ twist: { answer: (answer) => answer, request: async ({ url }) => ({ url }) } })).toEqual(
      [],
    );
  });

  it.each(WRONG_WEAVERS.map((each) => [each.wrong, each] as const))('a Weaver is found that %s', async (_, wrong) => {
    expect(await findings(wrong, wrong.points)).not.toEqual([]);
  });
});
