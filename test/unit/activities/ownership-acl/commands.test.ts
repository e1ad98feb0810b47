import { describe, expect, it } from 'vitest';
import { setfaclCommand, shownCommand } from '../../../../activities/ownership-acl/commands.js';

describe('activities/ownership-acl/commands', () => {
  it('gives access and default entry at once, by number, following no link and taking no path for an option', () => {
    expect(setfaclCommand({ uid: 1000, path: '/srv/platform', throughSudo: false })).toEqual({
      file: 'setfacl',
      args: ['--recursive', '--physical', '--modify', 'u:1000:rwX,d:u:1000:rwX', '--', '/srv/platform'],
    });
  });

  it('goes through sudo for who is not root', () => {
    const { file, args } = setfaclCommand({ uid: 1000, path: '/srv/p', throughSudo: true });
    expect([file, ...args.slice(0, 2)]).toEqual(['sudo', '--', 'setfacl']);
  });

  it('is shown so that a shell takes it', () => {
    const command = setfaclCommand({ uid: 7, path: "/srv/a b'c", throughSudo: false });
    expect(shownCommand(command)).toBe(
      String.raw`setfacl --recursive --physical --modify u:7:rwX,d:u:7:rwX -- '/srv/a b'\''c'`,
    );
  });
});
