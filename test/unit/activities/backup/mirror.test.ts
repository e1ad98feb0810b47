import { describe, expect, it } from 'vitest';
import { mirrorCommand } from '../../../../activities/backup/mirror.js';

describe('activities/backup/mirror', () => {
  it('content into content for a directory, one into the other for a file', () => {
    expect(mirrorCommand('/a', '/b', { directory: true }).args.slice(-3)).toEqual(['--', '/a/', '/b/']);
    expect(mirrorCommand('/a', '/b', { directory: false }).args.slice(-3)).toEqual(['--', '/a', '/b']);
  });

  it('spared paths are themselves, not patterns', () => {
    const { args } = mirrorCommand('/a', '/b', { directory: true, spared: ['env.local', 'x[1]*\\', 'back\\slash'] });
    expect(args.filter((arg) => arg.startsWith('--exclude'))).toEqual([
      '--exclude=/env.local',
      '--exclude=/x\\[1]\\*\\\\',
      '--exclude=/back\\slash',
    ]);
  });
});
