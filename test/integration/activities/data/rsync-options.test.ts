import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { refusedOptions } from '../../../../activities/data/rsync-options.js';

describe('activities/data/rsync-options', () => {
  const help = execFileSync('rsync', ['--help']).toString();

  it('knows which options of this rsync take a value', () => {
    const lines = [...help.matchAll(/^ ?(?:-(\S), |)--([a-z][a-z-]*)(=\S+)?\s/gm)];
    expect(lines.length).toBeGreaterThan(100);
    const wrong = lines.flatMap(([, letter, name = '', value]) => {
      const forms = [`--${name}`, ...(letter === undefined ? [] : [`-${letter}`])];
      return forms.filter((form) => {
        const takesNext = !refusedOptions([form, 'word']).some((problem) => problem.startsWith('"word"'));
        return takesNext !== (value !== undefined);
      });
    });
    expect(wrong).toEqual([]);
  });
});
