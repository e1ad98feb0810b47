import { describe, expect, it } from 'vitest';
import { enterNamespace } from '../../../../activities/stack/namespace.js';

describe('activities/stack/namespace', () => {
  it('passes paths and command as arguments of a constant script', () => {
    const mounts = [{ source: '/s t', target: '/l; rm' }];
    const command = enterNamespace(mounts, true)({ file: 'docker', args: ['compose', '--'] });
    expect([command.file, ...command.args.slice(0, 4)]).toEqual(['unshare', '-m', '--', '/bin/sh', '-c']);
    expect(command.args.slice(5)).toEqual(['birdkeeper', '/s t', '/l; rm', '--', 'docker', 'compose', '--']);
    expect(command.args[4]).not.toContain('/s t');
  });

  it('makes a user namespace for who is not root', () => {
    expect(enterNamespace([], false)({ file: 'true', args: [] }).args[0]).toBe('-Urm');
  });
});
