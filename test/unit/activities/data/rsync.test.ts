import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusedOptions } from '../../../../activities/data/rsync-options.js';
import { rsyncArgs, rsyncCommand } from '../../../../activities/data/rsync.js';

describe('activities/data/rsync', () => {
  const copy = { source: '/cache/raven/data', destination: '/data/sets', options: ['--include=*/', '--exclude=*'] };

  it('copies the content of the source with the options of upstream, then those of the file', () => {
    expect(rsyncArgs(copy)).toEqual([
      '--recursive',
      '--links',
      '--checksum',
      '--delete',
      '--itemize-changes',
      '--human-readable',
      '--verbose',
      '--prune-empty-dirs',
      '--include=*/',
      '--exclude=*',
      '--',
      '/cache/raven/data/',
      '/data/sets',
    ]);
    expect(rsyncArgs({ ...copy, source: '/cache/raven//' }).at(-2)).toBe('/cache/raven/');
  });

  it('becomes the owner, and nobody else', () => {
    const { args } = rsyncCommand(copy, { uid: 1000, gid: 1001 });
    const words = args.slice(args.indexOf('setpriv'), args.indexOf('rsync') + 1);
    expect(words).toEqual(['setpriv', '--reuid=1000', '--regid=1001', '--clear-groups', '--', 'rsync']);
    expect(rsyncCommand(copy, undefined).args).not.toContain('setpriv');
  });

  it('whatever options are accepted, source and destination stay behind the end of the options', () => {
    const option = fc.constantFrom('--exclude=a', '--exclude', 'x', '-f', '-av', '--chmod', '--', '--rsh');
    fc.assert(
      fc.property(fc.array(option, { maxLength: 6 }), (options) => {
        fc.pre(refusedOptions(options).length === 0);
        const args = rsyncArgs({ ...copy, options });
        // Read once more as options, the end itself is what is refused first: no option before it takes it as its value.
        expect(refusedOptions(args)[0]).toContain('"--" is no option');
      }),
    );
  });
});
