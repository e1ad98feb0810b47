import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  complaints,
  explainStop,
  findAssignment,
  onlyExitLine,
} from '../../../../../activities/stack/reader/messages.js';
import { ReadingStory } from '../../../../../activities/stack/reader/story.js';
import { hostileText, isSentence } from '../../../../support/hostile.js';

const FILE = '/the stack/env.local';
const SECRET = 's3cret-0f-the-operator';

/** What shells print, with pieces of the file in it. */
const said = fc
  .tuple(
    fc.constantFrom(
      `${FILE}: 3: `,
      `${FILE}: line 3: `,
      `sh: 3: ${FILE}: `,
      `${FILE}: `,
      '',
      `${FILE}: line 99999999: `,
    ),
    fc.constantFrom(
      'Syntax error: ',
      'syntax error near unexpected token ',
      'NAME: ',
      `\`${SECRET}': `,
      `"${SECRET}" `,
      '',
    ),
    fc.oneof(hostileText, fc.constantFrom(SECRET, `${SECRET}: not found`, `\`${SECRET}'`, 'parameter not set')),
  )
  .map((parts) => parts.join(''));
const stderr = fc.array(said, { maxLength: 4 }).map((lines) => lines.join('\n'));
const words = fc.array(
  fc.oneof(fc.constantFrom('file', FILE, 'stop', 'syntax', 'special', 'done', 'failed', 'delayed', ''), said),
  { maxLength: 8 },
);

function storyOf(told: readonly string[]): ReadingStory {
  const story = new ReadingStory();
  for (const word of told) story.hear(word);
  return story;
}

describe('activities/stack/reader/messages-hostile', () => {
  it('whatever a shell said of a file, a sentence says what is wrong and quotes nothing of it', () => {
    const end = fc.record({ stderr, status: fc.constantFrom(0, 2, 127, null) });
    const stop = fc.constantFrom('syntax', 'dangling', 'directory', 'special', 'unreadable', 'environment', 'other');
    fc.assert(
      fc.property(end, stop, stderr, fc.boolean(), (ended, reason, text, isStopped) => {
        const words = ['file', FILE, ...(isStopped ? ['stop', reason, text.replaceAll('\0', '')] : [])];
        const told = explainStop(storyOf(words), ended);
        expect(isSentence(told), told).toBe(true);
        expect(told).not.toContain(SECRET);
        for (const { what } of complaints(ended.stderr, [FILE])) {
          expect(isSentence(`${FILE}: ${what}`), what).toBe(true);
          expect(what).not.toContain(SECRET);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('any words are a story or an answer', () => {
    fc.assert(
      fc.property(words, (said) => {
        const { files, failed } = storyOf(said);
        expect(files.length + failed.length).toBeLessThanOrEqual(said.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('in any text an assignment and an exit have a line of that text, or none', () => {
    const line = fc.oneof(
      hostileText,
      fc.constantFrom('A=1', ' export A=2', 'exit 1', 'if x; then exit', '# exit', 'AA=3'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        const count = text.split('\n').length;
        const found = findAssignment('A', [{ path: FILE, text }]);
        if (found) expect(text.split('\n')[found.line - 1]).toMatch(/^\s*(export\s+)?A=/);
        const exit = onlyExitLine(text);
        if (exit !== undefined) expect(exit).toBeLessThanOrEqual(count);
      }),
      { numRuns: 1_000 },
    );
  });
});
