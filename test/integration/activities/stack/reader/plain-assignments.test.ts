import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPlainAssignments } from '../../../../../activities/stack/reader/plain-assignments.js';
import { attempt } from '../../../../support/world/programs.js';
import { ENV, scratch, shellNamed } from '../fixture.js';

let root: string;
let remove: () => void;
let shells: string[];
beforeAll(() => {
  ({ root, remove } = scratch());
  shells = (['dash', 'busybox', 'bash'] as const).map((kind) => shellNamed(kind, root));
});
afterAll(() => remove());

const part = fc.constantFrom(
  ...['A=', 'export ', 'B2=x', "'", '"', '\n', ' ', '\\', '$', '{', '}', '(', ')', '`', '#', ';', '&', '|', '<', 'if '],
  ...[
    '$A',
    '${A}',
    '${A:-b}',
    '${A:-"b"}',
    '$(x)',
    "'a b'",
    '"a $B"',
    '\t',
    'é',
    '*',
    '=',
    'fi',
    'export',
    '1=2',
    '\\\n',
  ],
);

describe('activities/stack/reader/plain-assignments', () => {
  it.each([
    '',
    '#!/bin/sh\n\n# words "and `more\nA=1\nexport B=\n',
    'export A=\'${LATER} $(later)\'\nB="two\n  $A ${A} ${A:-x} \\" \\$"  # why\nC=a/b:c@d',
  ])('knows %j', (text) => {
    expect(isPlainAssignments(text)).toBe(true);
  });

  it.each([
    ...[
      'A="',
      "A='",
      'A=$(x)',
      'A="$(x)"',
      'A="`x`"',
      'A=1 B',
      'A=1; B=2',
      'if x',
      '. ./other',
      'A=(',
      'f() {',
      'A="${A:-"x"}"',
    ],
    ...['A=1\r\n', 'A=1 & ', 'A="x"y', "A='x''y'", 'exit', 'A="${A"', 'A="$((1))"'],
  ])('leaves %j to a shell', (text) => {
    expect(isPlainAssignments(text)).toBe(false);
  });

  it('what it knows every shell can read', async () => {
    const plain: string[] = [];
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        if (isPlainAssignments(parts.join(''))) plain.push(parts.join(''));
      }),
      { numRuns: 40_000 },
    );
    expect(plain.length).toBeGreaterThan(300);
    // Each alone, in a process for all: a text that is not read ends its subshell only.
    const names = [...new Set(plain)].slice(0, 400).map((text, at) => {
      const path = join(root, `${at}.env`);
      writeFileSync(path, text);
      return path;
    });
    const script = 'for f in "$@"; do (. "$f") >/dev/null 2>&1 || echo "$f"; done';
    for (const shell of shells) {
      const { stdout } = await attempt(shell, ['-c', script, 'sh', ...names], { env: ENV });
      expect(
        stdout
          .split('\n')
          .filter(Boolean)
          .map((path) => readFileSync(path, 'utf8')),
      ).toEqual([]);
    }
  }, 60_000);
});
