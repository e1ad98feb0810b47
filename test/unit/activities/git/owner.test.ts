import { describe, expect, it } from 'vitest';
import { asOwner, becomingOwner, parsePasswdLine } from '../../../../activities/git/owner.js';

const owner = { uid: 1000, gid: 1001, user: 'deploy', home: '/home/deploy', drop: true };

describe('activities/git/owner', () => {
  it('a command changes to the owner by itself, without supplementary groups', () => {
    expect(becomingOwner({ file: 'git', args: ['status'] }, owner)).toEqual({
      file: 'setpriv',
      args: ['--reuid=1000', '--regid=1001', '--clear-groups', '--', 'git', 'status'],
    });
    expect(asOwner(owner)).toEqual({ uid: 1000, gid: 1001 });
  });

  it('as ourselves nothing is changed', () => {
    const command = { file: 'git', args: ['status'] };
    expect(becomingOwner(command, { ...owner, drop: false })).toBe(command);
    expect(asOwner({ ...owner, drop: false })).toEqual({});
  });

  it('a passwd line gives name and home', () => {
    expect(parsePasswdLine('deploy:x:1000:1001:Deploy,,,:/home/deploy:/bin/sh\n')).toEqual({
      user: 'deploy',
      home: '/home/deploy',
    });
    expect(parsePasswdLine('')).toBeUndefined();
  });
});
