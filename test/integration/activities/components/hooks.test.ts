import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHooks } from '../../../../activities/components/hooks.js';
import { EMPTY_MANIFEST } from '../../../../activities/components/manifest.js';
import { eraNamed, PLAIN_ERA } from '../../../../activities/stack/reader/eras.js';
import { readSettings } from '../../../../activities/stack/settings.js';

let root: string;
const view = {
  locate: (path: string) => path,
  settings: readSettings({ BIRDKEEPER_HOOK_TIMEOUT_SECONDS: '7' }, '/'),
  era: PLAIN_ERA,
};
const component = (name: string, manifest = EMPTY_MANIFEST) => ({ name, dir: join(root, name), manifest });

function write(path: string, mode: number): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), 'true\n');
  chmodSync(join(root, path), mode);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'birdkeeper-hooks-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('activities/components/hooks', () => {
  it.each([
    ['plain', {}, 'stop'],
    ['2.16.0', {}, 'continue'],
    ['2.16.0', { BIRDKEEPER_HOOK_POLICY: 'stop' }, 'stop'],
    ['plain', { BIRDKEEPER_HOOK_POLICY: 'continue' }, 'continue'],
  ])('in a stack of era %s with %j a hook that fails means %s', async (name, variables, policy) => {
    write('a/pre-docker-compose-up', 0o755);
    const era = eraNamed(name) ?? PLAIN_ERA;
    const { hooks } = await findHooks([component('a')], { ...view, era, settings: readSettings(variables, '/') });
    expect(hooks).toMatchObject([{ policy }]);
  });

  it('finds the pre hooks, then the post hooks, each in the order of the components', async () => {
    for (const path of ['b/pre-docker-compose-up', 'b/post-docker-compose-up', 'a/pre-docker-compose-up'])
      write(path, 0o755);
    mkdirSync(join(root, 'none'));
    const hooks = { pre: { timeout: 90 }, post: { policy: 'continue' as const } };
    const found = await findHooks(
      [component('b', { ...EMPTY_MANIFEST, hooks }), component('none'), component('a')],
      view,
    );
    expect(found).toEqual({
      hooks: [
        {
          component: 'b',
          hook: 'pre',
          dir: join(root, 'b'),
          file: join(root, 'b/pre-docker-compose-up'),
          timeoutSeconds: 90,
          policy: 'stop',
        },
        expect.objectContaining({ component: 'a', hook: 'pre', timeoutSeconds: 7, policy: 'stop' }),
        expect.objectContaining({ component: 'b', hook: 'post', timeoutSeconds: 7, policy: 'continue' }),
      ],
      warnings: [],
    });
  });

  it('warns of a file that is not executable, and of what is no file, and runs neither', async () => {
    write('a/pre-docker-compose-up', 0o644);
    mkdirSync(join(root, 'a/post-docker-compose-up'));
    const { hooks, warnings } = await findHooks([component('a')], view);
    expect(hooks).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /a\/pre-docker-compose-up is not executable, so this hook is not run\. To run it: chmod \+x/,
      ),
      expect.stringMatching(/a\/post-docker-compose-up is no regular file/),
    ]);
  });

  it('looks where the view shows the component, and follows links', async () => {
    write('staged/x', 0o755);
    symlinkSync('x', join(root, 'staged/pre-docker-compose-up'));
    const locate = (path: string) => path.replace('/live/c', join(root, 'staged'));
    const { hooks } = await findHooks([{ name: 'c', dir: '/live/c', manifest: EMPTY_MANIFEST }], { ...view, locate });
    expect(hooks.map(({ file }) => file)).toEqual(['/live/c/pre-docker-compose-up']);
  });
});
