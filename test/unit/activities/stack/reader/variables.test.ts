import { describe, expect, it } from 'vitest';
import { isName, isStackVariable, namesIn, stackVariables } from '../../../../../activities/stack/reader/variables.js';

describe('activities/stack/reader/variables', () => {
  it('finds the names of set, each once, without those that are known', () => {
    const set = "A='1'\nB=2\nexport C=3\nA=4\nD\n=5\n9=6\nE-F=7\n  G=8\né=9\nH_1=''\n";
    expect(namesIn(set, { B: '2' })).toEqual(['A', 'H_1']);
  });

  it('leaves out what a shell sets for itself, and what the script does', () => {
    const own = '_ PWD OLDPWD SHLVL IFS OPTIND PPID PS1 PS4 LINENO FUNCNAME _bk_rest _BK_VARS'.split(' ');
    const bash = 'BASH_VERSINFO POSIXLY_CORRECT SHELLOPTS UID HOSTNAME TERM'.split(' ');
    const set = [...own, ...bash, 'A', 'BASHFUL', '_A', '_bk'].map((name) => `${name}=x\n`).join('');
    expect(namesIn(set, {})).toEqual(['A', 'BASHFUL', '_A', '_bk']);
  });

  it('keeps what bash sets where somebody exported it', () => {
    const exported = Object.entries({ HOSTNAME: 'h', TERM: 't', PWD: '/', A: '1', 'BASH_FUNC_f%%': '() { :; }' });
    expect(stackVariables(exported)).toEqual({ HOSTNAME: 'h', TERM: 't', A: '1' });
  });

  it.each([
    ['A', true],
    ['_9', true],
    ['9A', false],
    ['A-B', false],
    ['A B', false],
    ['A\n', false],
    ['É', false],
    ['', false],
  ])('%j as a name of a variable: %s', (word, is) => {
    expect(isName(word)).toBe(is);
    expect(isStackVariable(word)).toBe(is);
  });
});
