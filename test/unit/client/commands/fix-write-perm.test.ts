import { describe, expect, it } from 'vitest';
import type { WritePermAnswer, WritePermOptions } from '../../../../client/handlers.js';
import { birdkeeper } from '../../../support/command-line.js';

const person = { name: 'ann', uid: 1000 };
const done = { path: '/srv/p', why: 'checkout of the stack', command: 'setfacl -- /srv/p' };

async function run(answer: Partial<WritePermAnswer>, ...args: string[]) {
  const asked: WritePermOptions[] = [];
  const fixWritePerm = async (options: WritePermOptions): Promise<WritePermAnswer> => {
    asked.push(options);
    if (!options.dryRun) options.say(done.command);
    return { person, targets: [done], warnings: [], ...answer };
  };
  const line = { settings: { stateDirectories: ['/none'], environment: { SUDO_USER: 'ann' } }, cwd: '/' };
  const ran = await birdkeeper({ ...line, handlers: { fixWritePerm } }, 'fix-write-perm', ...args);
  return { ...ran, asked };
}

describe('client/commands/fix-write-perm', () => {
  it('hands over every path, absolute, and who asks; tells what it runs and who may write', async () => {
    const ran = await run({}, '--user', 'bob', '/data/a', 'b');
    expect(ran.asked).toMatchObject([
      { stackDir: '/', paths: ['/data/a', `${process.cwd()}/b`], user: 'bob', dryRun: false },
    ]);
    expect(ran.asked[0]?.environment).toEqual({ SUDO_USER: 'ann' });
    expect(ran).toMatchObject({ status: 0, err: '+ setfacl -- /srv/p' });
    expect(ran.out).toBe('ok    /srv/p (checkout of the stack): ann (uid 1000) may write');
  });

  it('only says what it would run with --dry-run', async () => {
    expect(await run({}, '--dry-run')).toMatchObject({
      status: 0,
      out: 'would run: setfacl -- /srv/p  # checkout of the stack',
      err: '',
    });
  });

  it('ends with 1 when a place failed, and with 0 when one is missing', async () => {
    const failed = { path: '/data', why: 'as given', problem: 'It is read-only.' };
    const ran = await run({ targets: [failed, done] });
    expect(ran.status).toBe(1);
    expect(ran.out.split('\n')).toEqual([
      'FAIL  /data (as given): It is read-only.',
      'ok    /srv/p (checkout of the stack): ann (uid 1000) may write',
    ]);
    expect(await run({ warnings: ['/gone does not exist: skipped.'] })).toMatchObject({
      status: 0,
      err: '+ setfacl -- /srv/p\nwarning: /gone does not exist: skipped.',
    });
  });
});
