import { describe, expect, it } from 'vitest';
import {
  complaints,
  explainStop,
  findAssignment,
  onlyExitLine,
  syntaxComplaint,
} from '../../../../../activities/stack/reader/messages.js';
import { ReadingStory } from '../../../../../activities/stack/reader/story.js';

const FILE = '/the stack/env.local';
function records(...words: string[]): ReadingStory {
  const story = new ReadingStory();
  for (const word of words) story.hear(word);
  return story;
}

describe('activities/stack/reader/messages', () => {
  it.each([
    ['dash', `${FILE}: 3: Syntax error: word unexpected (expecting ")")`, 3, 'word unexpected (expecting ")")'],
    ['dash', `${FILE}: 4: Syntax error: Unterminated quoted string`, 4, 'Unterminated quoted string'],
    ['ash', `${FILE}: line 2: syntax error: unexpected ")"`, 2, 'unexpected ")"'],
    [
      'bash',
      `${FILE}: line 3: syntax error near unexpected token \`s3cret'\n${FILE}: line 3: \`foo( s3cret'`,
      3,
      'syntax error near unexpected token a word',
    ],
    [
      'bash',
      `${FILE}: line 3: syntax error near unexpected token \`"s3cret`,
      3,
      'syntax error near unexpected token a word',
    ],
    ['one that nobody knows', `${FILE}: 3: Syntax error: s3cret Bad fd number`, 3, 'a word Bad fd number'],
    [
      'bash',
      `${FILE}: line 2: unexpected EOF while looking for matching \`"'`,
      2,
      'unexpected EOF while looking for matching `"\'',
    ],
  ])('takes line and reason from %s without words of the file', (_, text, line, reason) => {
    expect(syntaxComplaint(text, FILE)).toEqual({ line, reason });
  });

  it.each([
    [`birdkeeper: 2: ${FILE}: s3cret: not found`, 2, 'a command was not found'],
    [`${FILE}: line 2: s3cret: command not found`, 2, 'a command was not found'],
    [`birdkeeper: ${FILE}: line 5: NAME: parameter not set`, 5, 'NAME is not set'],
    [`birdkeeper: 3: ${FILE}: Q: is read only`, 3, 'Q is read-only and was set again'],
    [`${FILE}: line 2: \${s3cret!!}: bad substitution`, 2, 'a bad substitution'],
    [`birdkeeper: 4: ${FILE}: ZZ: s3cret words`, 4, 'ZZ was refused ("${ZZ:?…}" or a command)'],
    [`birdkeeper: 4: ${FILE}: s3cret words`, 4, 'the shell reported an error'],
  ])('knows %j', (text, line, what) => {
    expect(complaints(`+ trace\n${text}\nnoise`, [FILE])).toEqual([{ file: FILE, line, what }]);
  });

  it('reports one place once, and nothing that names no file', () => {
    const line = `${FILE}: line 2: x: command not found`;
    expect(complaints(`${line}\n${line}\nwarning: s3cret`, [FILE, FILE])).toHaveLength(1);
  });

  it('says that a file ended the shell, with the line when there is one candidate', () => {
    const stopped = records('file', FILE);
    expect(explainStop(stopped, { stderr: '', status: 3, exitLine: 9 })).toContain(
      `${FILE}, line 9: it ends the shell`,
    );
    expect(explainStop(stopped, { stderr: '', status: 3 })).toContain(
      `${FILE}: it ends the shell that reads it (status 3)`,
    );
  });

  it.each([
    ['dash', 'birdkeeper: 2: readonly: A: is read only\n'],
    ['ash', 'birdkeeper: export: line 0: A: is read only\n'],
    ['bash', 'birdkeeper: line 1: A: readonly variable\n'],
    ['bash', 'birdkeeper: line 1: unset: A: cannot unset: readonly variable\n'],
  ])('names the read-only variable that ended %s without naming a file: %j', (_, stderr) => {
    const told = explainStop(records('file', FILE), { stderr: `noise\n${stderr}`, status: 2 });
    expect(told).toContain(`${FILE}: A is read-only and was set again.`);
    expect(explainStop(records('delayed', 'A'), { stderr, status: 2 })).toMatch(/^A \(DELAYED_EVAL\): A is read-only/);
    expect(explainStop(records('file', FILE), { stderr: `${stderr}more`, status: 2 })).toContain('it ends the shell');
  });

  it.each([
    ['exit 1', 1],
    ['a=1\nif x; then exit; fi', 2],
    ['[ -f x ] || exit 2', 1],
    ['# exit\nexec bash', 2],
    ['exec 2>/dev/null', undefined],
    ['echo exit', undefined],
    ['exit 1\nexit 2', undefined],
    ['exit_code=1', undefined],
  ])('finds the only exit in %j', (text, line) => {
    expect(onlyExitLine(text)).toBe(line);
  });

  it('finds the assignment that counts', () => {
    const files = [
      { path: '/default.env', text: 'A=1\nexport B=2' },
      { path: '/env.local', text: '\n  export A=3\nA_B=4\n#B=1\nA=5\nx A=6' },
    ];
    expect(findAssignment('A', files)).toEqual({ file: '/env.local', line: 5 });
    expect(findAssignment('B', files)).toEqual({ file: '/default.env', line: 2 });
    expect(findAssignment('C', files)).toBeUndefined();
  });

  it('a deprecated name that is not set itself is set where its replacement is', () => {
    const table = "export BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES='\n    OLD=NEW\n    X=Y\n    Y=X\n'\nexport NEW=";
    const files = (local: string) => [
      { path: '/default.env', text: table },
      { path: '/env.local', text: local },
    ];
    expect(findAssignment('OLD', files('\nexport NEW=a'))).toEqual({ file: '/env.local', line: 2 });
    expect(findAssignment('OLD', files('\n\nexport OLD=a'))).toEqual({ file: '/env.local', line: 3 });
    expect(findAssignment('OLD', files(''))).toEqual({ file: '/default.env', line: 6 });
    expect(findAssignment('X', files(''))).toEqual({ file: '/default.env', line: 4 });
    expect(findAssignment('OLD', [{ path: '/env.local', text: '  OLD=NEW\nNEW=a' }])).toMatchObject({ line: 1 });
  });
});
