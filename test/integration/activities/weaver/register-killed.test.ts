/** The process ends between any two requests, and another begins from the start. */
import { describe, expect, it } from 'vitest';
import type { Weaver } from '../../../support/doubles/weaver/index.js';
import { aBird, aWeaver, endAfterEach, reachOf, register } from '../../../support/weaver/registering.js';

endAfterEach();

/** Ends the work at its request number `at` to Weaver; `after`: Weaver does what it was asked, and nobody hears of it. */
function killAt(weaver: Weaver, at: number, after: boolean): AbortController {
  const controller = new AbortController();
  let count = 0;
  weaver.disturb({
    does: after ? 'hangs up after' : 'hangs up before',
    of: () => {
      count += 1;
      if (count !== at) return false;
      if (after) setTimeout(() => controller.abort(new Error('killed')), 20);
      else controller.abort(new Error('killed'));
      return true;
    },
  });
  return controller;
}

const changes = ({ requests }: Weaver): string[] =>
  requests.filter(({ method }) => method !== 'GET').map(({ method, status }) => `${method} ${status ?? 'unheard'}`);

const SCENES = ['missing', 'elsewhere', 'right'] as const;
/** More than any of them makes. */
const MOST = 8;

describe('activities/weaver/register', () => {
  describe.each(SCENES)('a bird that is %s, killed', (scene) => {
    it.each(
      Array.from({ length: MOST }, (_, index) => [index + 1, false] as const).flatMap(
        ([at]) =>
          [
            [at, false],
            [at, true],
          ] as const,
      ),
    )('at request %i (its work done: %s)', async (at, after) => {
      const [weaver, bird, former] = [await aWeaver(), await aBird(), await aBird()];
      if (scene === 'elsewhere') weaver.store.save({ id: 'finch', url: former.url, public: true });
      if (scene === 'right') weaver.store.save({ id: 'finch', url: bird.url, public: true });
      weaver.store.save({ id: 'robin', url: `${former.url}/robin`, public: false });
      const wanted = { name: 'finch', url: bird.url };

      const { signal } = killAt(weaver, at, after);
      const first = await register(wanted, reachOf(weaver.url, { signal })).catch(() => 'killed' as const);
      weaver.soothe();
      const second = await register(wanted, reachOf(weaver.url));

      expect(['registered', 'replaced', 'up to date']).toContain(second.word);
      expect(weaver.store.all().map(({ id, url }) => [id, url])).toEqual(
        expect.arrayContaining([
          ['finch', bird.url],
          ['robin', `${former.url}/robin`],
        ]),
      );
      expect(weaver.store.all()).toHaveLength(2);
      const done = changes(weaver);
      // Once, whoever of both was heard.
      expect(done.filter((change) => change === 'POST 201').length).toBeLessThanOrEqual(1);
      expect(done.filter((change) => change.startsWith('DELETE 2')).length).toBeLessThanOrEqual(1);
      if (scene === 'right') expect(done).toEqual([]);
      if (scene === 'missing') expect(done.some((change) => change.startsWith('DELETE'))).toBe(false);
      if (first === 'killed') expect(second.why).toBeUndefined();
    });
  });

  it('what is replaced is missing for one request: nothing is asked between its end and its return', async () => {
    const [weaver, bird, former] = [await aWeaver(), await aBird(), await aBird()];
    weaver.store.save({ id: 'finch', url: former.url, public: false });
    await register({ name: 'finch', url: bird.url }, reachOf(weaver.url));
    const methods = weaver.requests.map(({ method }) => method);
    expect(methods[methods.indexOf('DELETE') + 1]).toBe('POST');
  });

  it('killed in between, it comes back with the first change of who goes on', async () => {
    const [weaver, bird, former] = [await aWeaver(), await aBird(), await aBird()];
    weaver.store.save({ id: 'finch', url: former.url, public: false });
    const controller = new AbortController();
    weaver.disturb({
      does: 'hangs up before',
      of: ({ method }) => method === 'POST' && (controller.abort(new Error('killed')), true),
    });
    await register({ name: 'finch', url: bird.url }, reachOf(weaver.url, { signal: controller.signal })).catch(
      () => undefined,
    );
    expect(weaver.store.get('finch')).toBeUndefined();
    await register({ name: 'finch', url: bird.url }, reachOf(weaver.url));
    expect(changes(weaver)).toEqual(['DELETE 204', 'POST unheard', 'POST 201']);
  });
});
