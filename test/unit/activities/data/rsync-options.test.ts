import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusedOptions } from '../../../../activities/data/rsync-options.js';
import { splitWords } from '../../../../activities/shared/shell-words.js';

describe('activities/data/rsync-options', () => {
  it.each([
    '--include=*/ --include=*.nc --exclude=*',
    '--exclude *.tmp --filter merge -f -_/ -avz --chmod=D755,F644 -B 1000 -T /tmp',
    '--files-from=/data/list --no-links -n --exclude=host:path --exclude -e -T--rsh',
    // The rest of a bundle behind a letter with a value is that value.
    '-fe -h',
  ])('accepts %s', (text) => {
    expect(refusedOptions(splitWords(text))).toEqual([]);
  });

  it.each([
    ['-e ssh', '-e'],
    ['-essh', '-e'],
    ['-ave ssh', '-e'],
    ['--rsh=ssh', '--rsh'],
    ['--rsh ssh', '--rsh'],
    ['--rsync-path=/bin/sh', '--rsync-path'],
    ['-M--fake', '-M'],
    ['--remote-option=x', '--remote-option'],
    ['--daemon', '--daemon'],
    ['--server --sender', '--server'],
    ['--write-batch=x', '--write-batch'],
    ['--remove-source-files', '--remove-source-files'],
    ['--help', '--help'],
    ['-V', '-V'],
    ['--files-from=host:/list', '--files-from'],
    ['--files-from :/list', '--files-from'],
    ['--exclude', '--exclude lacks its value'],
    ['host:path', '"host:path" is no option'],
    ['host::module', 'is no option'],
    ['rsync://host/module', 'is no option'],
    ['/etc/', '"/etc/" is no option'],
    ['-- /etc/', '"--" is no option'],
    ['-', '"-" is no option'],
    ['--exclude="a b"', '"b\\"" is no option'],
  ])('refuses %s', (text, named) => {
    expect(refusedOptions(splitWords(text)).join('; ')).toContain(named);
  });

  it('whatever is accepted is an option or the value of one, and none runs another program', () => {
    const values: Record<string, string[]> = { '-f': ['-e', 'x', '--'], '--exclude': ['--rsh', 'h:x'], '-B': ['/x'] };
    const plain = ['-a', '-ve', '-e', '-fe', '--rsh=x', '--exclude=x', '--links', 'x', 'h:x', '--', '-M'];
    const alone = fc
      .constantFrom(...plain)
      .map((word) => ({ words: [word], good: /^-(a|fe|-exclude=x|-links)$/.test(word) }));
    const withValue = fc
      .constantFrom(...Object.entries(values).flatMap(([name, all]) => all.map((value) => [name, value])))
      .map((words) => ({ words, good: true }));
    fc.assert(
      fc.property(fc.array(fc.oneof(alone, withValue), { maxLength: 6 }), (parts) => {
        const refused = refusedOptions(parts.flatMap(({ words }) => words));
        expect(refused.length === 0).toBe(parts.every(({ good }) => good));
      }),
    );
  });
});
