import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORLD_HOST } from '../../support/world/programs.js';
import { baseFile } from '../../support/world/index.js';
import { idle, useWorld } from '../../support/world/in-vitest.js';
import { expectSound } from '../../support/world/sound.js';

describe('chaos/faults/operators', () => {
  const world = useWorld({ name: 'people' });

  it('a second up on the same state is refused with a sentence, and the first one works on', async () => {
    for (const command of ['up', 'worker']) {
      const second = await world().cli([command], { limit: 60_000 });
      expect(second.status).not.toBe(0);
      expect(`${second.stdout}${second.stderr}`).toMatch(/runs on this host already \(process \d+/);
      expect(`${second.stdout}${second.stderr}`).not.toMatch(/^\s+at .*\.js:\d+/m);
    }
    const commit = await world().release('platform', baseFile({ version: 'after a second up' }), 'Change the page');
    expect(await world().waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
  });

  it('a dozen commands at once: each is answered, one deployment at a time, and the stack ends well', async () => {
    await idle(world());
    await world().push('platform', baseFile({ version: 'crowd' }), 'Change the page');
    const commands = [
      ['deploy', '--wait'],
      ['deploy', '--wait'],
      ['deploy'],
      ['pause', '--reason', 'first'],
      ['pause', '--reason', 'second'],
      ['resume'],
      ['check'],
      ['status'],
      ['history'],
      ['deploy', '--force', '--wait'],
      ['resume'],
    ];
    const ran = await Promise.all(commands.map((args) => world().cli(args, { limit: 240_000 })));
    for (const [at, { status, stderr }] of ran.entries()) {
      // Who pauses or resumes second is told so; whose pause another one ended, that it does not hold.
      const answers = /^(pause|resume)$/.test(commands[at]?.[0] ?? '') ? [0, 1, 2] : [0, 3, 10];
      expect(answers, `${commands[at]?.join(' ')}: ${status} ${stderr}`).toContain(status);
      expect(stderr).not.toMatch(/^\s+at .*\.js:\d+/m);
    }
    // 2: nothing is paused any more.
    expect([0, 2]).toContain((await world().cli(['resume'])).status);
    expect((await world().cli(['deploy', '--wait'], { limit: 240_000 })).status).toBe(0);
    await idle(world());
    const records = await world().history();
    const spans = records.map(({ startedAt, endedAt }) => [startedAt, endedAt] as const).sort();
    for (const [at, span] of spans.entries()) expect(span[0] >= (spans[at - 1]?.[1] ?? '')).toBe(true);
    expect(await world().get('web')).toBe('version crowd');
    expect(await world().cli(['check', '--exit-code'])).toMatchObject({ status: 0 });
  });

  it('rollback and deploy at once end in one of the two, recorded as it runs', async () => {
    await idle(world());
    const ran = await Promise.all([
      world().cli(['rollback', '--wait', '--reason', 'one'], { limit: 240_000 }),
      world().cli(['deploy', '--wait'], { limit: 240_000 }),
      world().cli(['rollback', '--wait', '--reason', 'two'], { limit: 240_000 }),
    ]);
    for (const { status, stderr } of ran) expect([0, 1, 3], stderr).toContain(status);
    await idle(world());
    const release = await (await world().recorded()).latestRelease();
    expect(await world().checkedOut()).toEqual(release?.commits);
    const ids = Object.values(await world().state()).map(({ service, id }) => [service, [id]]);
    expect(release?.containers).toEqual(Object.fromEntries(ids));
  });

  it('a worker of the same host name with a state directory of its own is refused, and the first one works on', async () => {
    const env = { BIRDKEEPER_STATE_DIR: join(world().dir, 'state-of-another'), BIRDKEEPER_HOST: WORLD_HOST };
    const address = (await world().server())?.address ?? '';
    const other = await world().cli(['worker', '--address', address], { env, limit: 120_000 });
    expect(other.stderr).toContain(`serves host ${WORLD_HOST} on this Temporal server`);
    expect(other.stderr).toContain('BIRDKEEPER_HOST');
    expect(other.status).toBe(2);
    expect(await world().cli(['status'])).toMatchObject({ status: 0 });
  });

  it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(world()));
});
