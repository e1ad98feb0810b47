import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../../activities/deployment/dependencies.js';
import { reconcileSchedules } from '../../../../activities/deployment/schedules.js';
import { localStep } from '../../../../activities/shared/step.js';
import { StateDirectory, type StackState } from '../../../../activities/state/index.js';
import { NO_LOG } from '../in-process.js';

const AT = '2026-11-27T12:00:00.000Z';

describe('activities/deployment/schedules', { timeout: 60_000 }, () => {
  let root: string;
  let stack: StackState;
  let deps: Dependencies;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bk-test-schedules-'));
    for (const part of ['stack', 'weaver', 'cowbird']) await mkdir(join(root, part));
    await writeFile(join(root, 'stack', 'docker-compose.yml'), 'services: {web: {image: web}}');
    await writeFile(join(root, 'weaver', 'default.env'), '');
    await writeFile(join(root, 'cowbird', 'default.env'), '');
    const state = new StateDirectory(join(root, 'state'));
    stack = await state.register({ name: 'birds', directory: join(root, 'stack') });
    deps = {
      host: 'alpha',
      state,
      engine: { ownContainer: () => Promise.resolve(undefined) },
      environment: { PATH: process.env.PATH ?? '', HOME: root },
      journal: NO_LOG,
      logDirectory: (configured: string) => Promise.resolve(configured),
      remember: () => Promise.resolve(),
    } as unknown as Dependencies;
    await stack.setWeaverNote({ ...{ at: AT, inStep: false, birds: [], others: [] }, summary: '', wanted: '' });
    await stack.setCowbirdNote({ ...{ at: AT, inStep: false, handlers: [] }, findings: [], withoutWorkspace: [] });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function reconciled(...lines: string[]): Promise<{ weaver: boolean; cowbird: boolean }> {
    await writeFile(join(root, 'stack', 'env.local'), lines.join('\n'));
    await reconcileSchedules({ stack: 'birds' }, localStep(), deps);
    const [weaver, cowbird] = await Promise.all([stack.weaverNote(), stack.cowbirdNote()]);
    return { weaver: weaver !== undefined, cowbird: cowbird !== undefined };
  }

  it('keeps what is recorded of components that the stack has', async () => {
    expect(await reconciled(`export EXTRA_CONF_DIRS='${root}/weaver ${root}/cowbird'`)).toEqual({
      weaver: true,
      cowbird: true,
    });
  });

  it('keeps what is recorded of a Weaver that is elsewhere', async () => {
    expect(await reconciled('export WEAVER_URL=https://weaver.example.org')).toEqual({ weaver: true, cowbird: false });
  });

  it('forgets, once and again, what is recorded of those that are gone: else it would be told for ever', async () => {
    expect(await reconciled()).toEqual({ weaver: false, cowbird: false });
    expect(await reconciled()).toEqual({ weaver: false, cowbird: false });
  });
});
