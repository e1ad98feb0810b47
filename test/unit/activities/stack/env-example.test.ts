import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignedNames, gainedVariables, newVariables } from '../../../../activities/stack/env-example.js';

const never = () => false;

describe('activities/stack/env-example', () => {
  it.each<[string, string[]]>([
    ['export A=1', ['A']],
    ['A=1\nlower=2', ['A', 'lower']],
    ['#export A=1\n# export B=2\n#C=3\n##  D="x"', ['A', 'B', 'C', 'D']],
    ['export A=1 B=\'x y\' C="p q" D', ['A', 'B', 'C']],
    ['A+=1', ['A']],
    ['# see NAME=value below', []],
    ['# set this=that when you like\n# name=value', []],
    ['#export lower=1', ['lower']],
    ['if [ "$A" = 1 ]; then B=2; fi', []],
    ['export A="\nINNER=1\n  OTHER=2\n"\nB=2', ['A', 'B']],
    ["#export A='\n#  INNER=1\n#'\n#B=2", ['A', 'B']],
    ["#A=it's\n\nB=1", ['A', 'B']],
    ['A="say \\" B=1"\nC=1', ['A', 'C']],
    ['export A=\\"x B=2', ['A', 'B']],
    ['A=1\r\nA=2\r\n', ['A']],
    ['', []],
  ])('%j assigns %j', (text, names) => {
    expect(assignedNames(text)).toEqual(names);
  });

  it('tells what is new, and neither what the former text mentions nor what is set', () => {
    const former = '#export OLD=1\n# MENTIONED is explained here\n';
    const wanted = 'export OLD=2\n#MENTIONED=1\n# export NEW=x\nexport SET=1\nexport OLDER=1\n';
    expect(newVariables(former, wanted, (name) => name === 'SET')).toEqual(['NEW', 'OLDER']);
  });

  it('nothing is new in a file that is new or gone', async () => {
    const read = (former?: string, wanted?: string) =>
      gainedVariables(async (side) => (side === 'former' ? former : wanted), never);
    expect(await read('A=1', 'A=1\nB=2')).toEqual(['B']);
    expect(await read(undefined, 'B=2')).toEqual([]);
    expect(await read('B=2', undefined)).toEqual([]);
  });

  it('a text gains nothing over itself, and any text is read', () => {
    fc.assert(fc.property(fc.string(), (text) => newVariables(text, text, never).length === 0));
    const piece = fc.constantFrom('A=', 'export ', '#', '"', "'", '\\', '\n', ' ', 'x');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => assignedNames(pieces.join('')).every((name) => /^\w+$/.test(name))),
    );
  });
});
