/** The command line of the bench. Pure. */
import { resolve } from 'node:path';

export interface Asked {
  /** Names of figures; all when empty. */
  only: string[];
  runs: number;
  /** Small sizes: to try whether the bench itself works. */
  small: boolean;
  /** A work tree of birdhouse-deploy, absolute; figures that need one are skipped without. */
  upstream?: string;
}

export const USUAL_RUNS = 5;

export const usage = (
  names: readonly string[],
): string => `usage: npm run bench [-- --only NAME] [--runs N] [--small] [--upstream DIR]

  --only NAME  one figure (may be given several times): ${names.join(', ')}
  --runs N     runs of each contender (${USUAL_RUNS}); fewer than ${USUAL_RUNS} are called rough in the result
  --small      small sizes, to try whether the bench works; its figures say little
  --upstream DIR  a work tree of birdhouse-deploy, for the figure configuration`;

/** What was asked for, or what is wrong with it. */
export function parseArguments(args: readonly string[], names: readonly string[]): Asked | { problem: string } {
  const asked: Asked = { only: [], runs: USUAL_RUNS, small: false };
  const rest = args.flatMap((word) => {
    const [, option, value] = /^(--[a-z]+)=(.*)$/.exec(word) ?? [];
    return option === undefined || value === undefined ? [word] : [option, value];
  });
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--small') asked.small = true;
    else if (word === '--only') {
      const name = rest.shift() ?? '';
      if (!names.includes(name)) return { problem: `--only takes one of ${names.join(', ')}.` };
      asked.only.push(name);
    } else if (word === '--runs') {
      const runs = Number(rest.shift());
      if (!Number.isSafeInteger(runs) || runs < 1 || runs > 100)
        return { problem: '--runs takes a number from 1 to 100.' };
      asked.runs = runs;
    } else if (word === '--upstream') {
      const dir = rest.shift() ?? '';
      if (dir === '') return { problem: '--upstream takes a directory.' };
      asked.upstream = resolve(dir);
    } else return { problem: `${word} is not known.` };
  }
  return asked;
}
