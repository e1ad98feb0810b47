import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../../scripts/fidelity/arguments.mjs';

const parse = (line: string) => parseArguments(line.split(' '), '/here');

describe('scripts/fidelity/arguments', () => {
  it('what is checked out is compared with every env file of ours', () => {
    expect(parse('--upstream birds')).toEqual({
      action: 'compare',
      upstream: '/here/birds',
      revs: ['HEAD'],
      envFiles: [],
      verbose: false,
      jobs: 1,
    });
  });

  it('tags may follow each other, and paths are meant from where the reader stands', () => {
    expect(
      parse('--upstream /birds --rev 1.14.4 2.0.0 --rev HEAD --env-file minimal --env-file ./my.env --json out'),
    ).toMatchObject({ revs: ['1.14.4', 'HEAD', '2.0.0'], envFiles: ['minimal', '/here/my.env'], json: '/here/out' });
  });

  it.each([
    ['', /upstream CHECKOUT is missing/],
    ['--upstream a --jobs 0', /--jobs takes a number/],
    ['--upstream a b', /what is this/],
    ['--upstream a --rev=--all', /--all is no tag/],
    ['--upstream a --nonsense', /--nonsense/],
  ])('%j is refused', (line, problem) => {
    expect(parse(line)).toMatchObject({ action: 'usage', problem: expect.stringMatching(problem) as string });
  });
});
