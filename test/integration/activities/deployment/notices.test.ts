import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../../activities/deployment/dependencies.js';
import { tellHeldUp } from '../../../../activities/deployment/notices.js';
import { localStep } from '../../../../activities/shared/step.js';
import { StateDirectory } from '../../../../activities/state/index.js';
import { noticeSettings } from '../notices/settings.js';
import { says, webHost, type WebHost } from '../notices/web.js';

let root: string;
let server: WebHost;
let deps: Dependencies;

/** A stack whose configuration does not read: the receivers are those of the last good one. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'birdkeeper-held-up-'));
  server = await webHost(says(200));
  const state = new StateDirectory(join(root, 'state'));
  const directory = join(root, 'stack');
  await mkdir(directory);
  const stack = await state.register({ name: 'birds', directory });
  await stack.setLastGood({ checkouts: [], notices: noticeSettings(`${server.origin}/in`) });
  deps = { host: 'alpha', state, environment: { PATH: process.env.PATH ?? '' } } as unknown as Dependencies;
});
afterEach(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

describe('activities/deployment/notices', () => {
  it('tells that a deployment is held up, and not again within the hour', async () => {
    const why = 'The Docker Engine does not answer.';
    for (let tries = 0; tries < 2; tries += 1) await tellHeldUp({ stack: 'birds', number: 7, why }, localStep(), deps);
    const told = server.posted.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ kind: 'blocked', stack: 'birds', host: 'alpha', number: 7, text: why });
  });
});
