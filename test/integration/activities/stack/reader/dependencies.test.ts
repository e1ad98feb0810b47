import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { literalDependencies } from '../../../../../activities/stack/reader/dependencies.js';
import { ENV, scratch, write } from '../fixture.js';

let root: string;
let remove: () => void;
beforeAll(() => {
  ({ root, remove } = scratch());
});
afterAll(() => remove());

const NAME = 'COMPONENT_DEPENDENCIES';
const list = fc
  .array(
    fc.constantFrom(
      './a',
      './b',
      '../c',
      '/d',
      '\n',
      ' ',
      '\t',
      '# ./e',
      '\n  #f',
      `$${NAME}`,
      `\${${NAME}}`,
      '$X',
      '*',
      "it's",
      '\\',
      ';',
      '=',
    ),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(' '));
const assignment = fc
  .tuple(
    fc.constantFrom('', 'export ', 'export\t', '  ', 'A=1 ', 'readonly '),
    fc.constantFrom('"', "'", ''),
    list,
    fc.constantFrom('', ' ', ' # why', ';', ' B=2'),
  )
  .map(([before, quote, words, after]) => `${before}${NAME}=${quote}${words}${quote}${after}`);
const line = fc.oneof(
  { weight: 2, arbitrary: assignment },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      `# ${NAME}="./z"`,
      'export A=1',
      'export VARS="\n  $A\n  # b\n"',
      'if [ -n "$NONE" ]; then',
      'if true; then',
      'fi',
      'else',
      `unset ${NAME}`,
      `echo "$${NAME}"`,
      'return 0',
      '[ -n "$NONE" ] || return',
      '[ -n "$NONE" ] && exit 0',
      'f() {',
      '}',
      'f',
      'eval "$NONE"',
      'false',
      '[ -n "$NONE" ] &&',
      '[ -n "$NONE" ] && A=1',
      'A=$(false)',
      'true ||',
      '(',
      ')',
      'cat <<END',
      'END',
      "A='",
      "'",
      'A="',
      '"',
      'while false; do',
      'done',
    ),
  },
);
const text = fc.array(line, { maxLength: 4 }).map((lines) => `${lines.join('\n')}\n`);

/** What the words of the list are after each text was run, in a shell of its own. */
function byShell(texts: readonly string[]): string[][] {
  const directory = join(root, 'texts');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  write(directory, Object.fromEntries(texts.map((each, at) => [`${at}`, each])));
  const script = `at=0
    while [ $at -lt $1 ]; do
      ( unset ${NAME}; set -f; . ./$at && printf ' %s' $${NAME} >&3 ) 3>&1 >/dev/null 2>&1
      echo "|"
      at=$((at + 1))
    done`;
  const said = execFileSync('dash', ['-c', script, 'sh', `${texts.length}`], {
    cwd: directory,
    env: ENV,
    encoding: 'utf8',
  });
  return said
    .split('|\n')
    .slice(0, -1)
    .map((words) => words.split(' ').filter((word) => word !== ''));
}

const isShell = (each: string) => {
  try {
    execFileSync('dash', ['-n'], { input: each, stdio: ['pipe', 'ignore', 'ignore'] });
    return true;
  } catch {
    return false;
  }
};

describe('activities/stack/reader/dependencies', () => {
  it('what is found in a text alone is what the shell has after running it', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 20, maxLength: 60 }), (texts) => {
        const literal = texts.filter((each) => literalDependencies(each) !== undefined);
        for (const [at, words] of byShell(literal).entries()) {
          const each = literal[at] ?? '';
          const told = literalDependencies(each);
          // What is no shell is refused afterwards, when it is read.
          if (JSON.stringify(words) !== JSON.stringify(told) && isShell(each)) expect(told, each).toEqual(words);
        }
      }),
      { numRuns: 15 },
    );
  });
});
