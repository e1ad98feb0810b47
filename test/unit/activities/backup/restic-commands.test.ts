import { describe, expect, it } from 'vitest';
import * as commands from '../../../../activities/backup/restic-commands.js';

describe('activities/backup/restic-commands', () => {
  it('forgets only among snapshots of one host that have every tag', () => {
    const policy = { last: 1, daily: 7, yearly: 2 };
    expect(commands.forgetCommand({ host: 'h', tags: ['stack=a', 'complete'], policy }).args.join(' ')).toBe(
      'forget --json --tag stack=a,complete --host h --group-by host --keep-last 1 --keep-daily 7 --keep-yearly 2',
    );
  });

  it('a path is restored as it is written, whatever it holds', () => {
    expect(commands.restoreCommand('abcd', ['/a*[b]?\\'], '/to').args).toEqual([
      'restore',
      '--verify',
      '--target',
      '/to',
      '--include',
      '/a\\*\\[b\\]\\?\\\\',
      'abcd',
    ]);
  });

  it('tags are added and removed at once', () => {
    const { args } = commands.tagCommand('abcd', { add: ['x'], remove: ['y'] });
    expect(args.join(' ')).toBe('tag --quiet --add x --remove y abcd');
  });

  it('reads snapshots, oldest first; restic writes null for none', () => {
    const one = { id: 'aa', short_id: 'a', paths: ['/x'], hostname: 'h', time: '2026-01-02T00:00:00Z', new: 1 };
    const two = { ...one, id: 'bb', time: '2026-01-02T00:30:00+01:00', tags: ['t'] };
    expect(commands.readSnapshots(JSON.stringify([one, two])).map(({ id }) => id)).toEqual(['bb', 'aa']);
    expect(commands.readSnapshots('null')).toEqual([]);
    expect(() => commands.readSnapshots('[{"id":1}]')).toThrow();
  });

  it('counts what was forgotten; restic prints nothing when there is none', () => {
    expect(commands.readForgotten('')).toEqual({ kept: 0, removed: 0 });
    expect(commands.readForgotten('[{"keep":[1,2],"remove":null},{"keep":[1],"remove":[3]}]\n')).toEqual({
      kept: 3,
      removed: 1,
    });
  });

  it('reads entries and sizes, and passes over the line of the snapshot', () => {
    const node = { path: '/a', type: 'file', size: 3, mtime: '2026-01-02T00:00:00Z', uid: 0 };
    expect(commands.readEntry(JSON.stringify(node))).toEqual({
      path: '/a',
      type: 'file',
      size: 3,
      mtime: '2026-01-02T00:00:00Z',
    });
    expect(commands.readEntry('{"struct_type":"snapshot","time":"x"}')).toBeUndefined();
    expect(commands.readEntry('')).toBeUndefined();
    expect(commands.readSize('{"total_size":7,"x":1}')).toBe(7);
  });

  it('reads data only when a share of it is named', () => {
    expect(commands.checkCommand(undefined).args).toEqual(['check', '--quiet']);
    expect(commands.checkCommand('5%').args).toEqual(['check', '--quiet', '--read-data-subset', '5%']);
  });
});
