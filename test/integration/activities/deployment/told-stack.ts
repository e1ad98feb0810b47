import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dependencies } from '../../../../activities/deployment/dependencies.js';
import { StateDirectory } from '../../../../activities/state/index.js';
import { noticeSettings } from '../notices/settings.js';
import { says, webHost } from '../notices/web.js';

/** Stack `birds`, whose configuration does not read: the receivers are those of the last good one. */
export async function toldStack() {
  const root = await mkdtemp(join(tmpdir(), 'birdkeeper-told-'));
  const server = await webHost(says(200));
  const state = new StateDirectory(join(root, 'state'));
  const directory = join(root, 'stack');
  await mkdir(directory);
  const stack = await state.register({ name: 'birds', directory });
  await stack.setLastGood({ checkouts: [], notices: noticeSettings(`${server.origin}/in`) });
  return {
    deps: { host: 'alpha', state, environment: { PATH: process.env.PATH ?? '' } } as unknown as Dependencies,
    told: () => server.posted.map(({ body }) => JSON.parse(body) as Record<string, unknown>),
    remove: async () => {
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
