import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTemplate, templateLists } from '../../../../activities/stack/templates.js';

const present = spawnSync('envsubst', ['--version']).status === 0;

const byEnvsubst = (template: Buffer, variables: Record<string, string>): Buffer => {
  const pass = (input: Buffer, list: string) =>
    execFileSync('envsubst', [list], { input, env: { PATH: process.env['PATH'] ?? '', ...variables } });
  return pass(pass(template, variables['VARS'] ?? ''), variables['OPTIONAL_VARS'] ?? '');
};

describe('activities/stack/templates', () => {
  it('gives the bytes that envsubst gives', (context) => {
    context.skip(!present, 'envsubst (gettext-base) is not installed');
    const piece = fc.oneof(
      fc.constantFrom(
        '$',
        '{',
        '}',
        '$A',
        '${A}',
        '${B',
        '$B}',
        'A',
        'B',
        'C1',
        '_',
        '${C1}',
        '$C1',
        '$D',
        '${A-x}',
        '\r\n',
        '\n',
        '\\',
        ' ',
        '\0',
      ),
      fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    const value = fc.stringMatching(/^[ -~é\n]{0,8}$/).filter((text) => !text.includes('\0'));
    const list = fc.subarray(['$A', '${B}', '$C1', '$D', '${A}']).map((names) => names.join('\n  '));
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1')),
        fc.record(
          { VARS: list, OPTIONAL_VARS: list, A: value, B: value, C1: value },
          { requiredKeys: ['VARS', 'OPTIONAL_VARS'] },
        ),
        (template, variables) => {
          const ours = renderTemplate(template, templateLists(variables), variables);
          expect(ours.toString('latin1')).toBe(byEnvsubst(template, variables).toString('latin1'));
        },
      ),
      { numRuns: 150 },
    );
  });
});
