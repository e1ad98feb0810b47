import { describe, expect, it } from 'vitest';
import type { FormerArtifact, Handlers } from '../../../../client/handlers.js';
import { birdkeeper } from '../../../support/command-line.js';

const CRON: FormerArtifact = {
  kind: 'file',
  name: '/etc/cron.d/PAVICS-deploy',
  what: 'deploys by cron',
  deploys: true,
};
const ROTATE: FormerArtifact = { kind: 'file', name: '/etc/logrotate.d/x', what: 'rotates', deploys: false };

function run(found: FormerArtifact[], args: string[], ask?: (question: string) => Promise<string>) {
  const removed: FormerArtifact[] = [];
  const began: unknown[] = [];
  const handlers: Partial<Handlers> = {
    findFormer: async () => found,
    removeFormer: async (artifacts) => {
      removed.push(...artifacts);
      return '/kept';
    },
    up: async (options) => void began.push(options),
  };
  const line = { settings: { stateDirectories: ['/none'] }, cwd: '/', handlers, ...(ask ? { ask } : {}) };
  return birdkeeper(line, ...args).then((ran) => ({ ...ran, removed, began }));
}

describe('client/commands/migrate', () => {
  it('ends with 0 when nothing is left and with 3 when something is', async () => {
    expect(await run([], ['migrate', '--check'])).toMatchObject({ status: 0 });
    const ran = await run([CRON, ROTATE], ['migrate']);
    expect(ran).toMatchObject({ status: 3, removed: [] });
    expect(ran.out).toContain('/etc/cron.d/PAVICS-deploy: deploys by cron');
    expect(ran.out).toContain('cannot both deploy');
    expect(JSON.parse((await run([CRON], ['migrate', '--json'])).out)).toEqual([CRON]);
  });

  it('removes after a yes, or without asking when told so', async () => {
    expect(await run([CRON], ['migrate', '--apply'], async () => 'y')).toMatchObject({ status: 0, removed: [CRON] });
    expect(await run([CRON], ['migrate', '--apply', '--yes'])).toMatchObject({ status: 0, removed: [CRON] });
  });

  it.each(['', 'n', 'yesterday'])('removes nothing after the answer %j', async (answer) => {
    expect(await run([CRON], ['migrate', '--apply'], async () => answer)).toMatchObject({ status: 3, removed: [] });
  });

  it('removes nothing where nobody can be asked, or when told two things', async () => {
    expect(await run([CRON], ['migrate', '--apply'])).toMatchObject({ status: 2, removed: [] });
    expect(await run([CRON], ['migrate', '--apply', '--check', '--yes'])).toMatchObject({ status: 2, removed: [] });
  });

  it('keeps up from deploying beside what deploys, unless told', async () => {
    const refused = await run([CRON, ROTATE], ['up']);
    expect(refused).toMatchObject({ status: 3, began: [] });
    expect(refused.err).toContain('/etc/cron.d/PAVICS-deploy');
    expect(refused.err).not.toContain('logrotate');
    expect((await run([CRON], ['up', '--beside-former'])).began).toHaveLength(1);
    expect((await run([ROTATE], ['up'])).began).toHaveLength(1);
  });
});
