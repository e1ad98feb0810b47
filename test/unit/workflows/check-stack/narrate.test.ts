import { describe, expect, it } from 'vitest';
import { decideStack } from '../../../../workflows/check-stack/decide.js';
import { checkDetails } from '../../../../workflows/check-stack/narrate.js';
import { CHECKOUT_WORDS } from '../../../../workflows/contract.js';
import { aCheckout, anObservation, behindBy } from '../../../support/story.js';

const told = (seen = anObservation()) => checkDetails(seen, decideStack(seen));

describe('workflows/check-stack/narrate', () => {
  it.each(CHECKOUT_WORDS)('%s shows its word, and what a person must do if anything', (word) => {
    const seen = anObservation({ checkouts: [aCheckout('private', word)] });
    const text = told(seen);
    expect(text).toContain(`| private | ${word} |`);
    expect(text.includes('**To do**')).toBe(decideStack(seen).remedy !== undefined);
  });

  it('says that the keeper was told only when it deploys', () => {
    expect(told(behindBy('private'))).toContain('The keeper was told and deploys.');
    expect(told()).not.toContain('keeper');
  });

  it('a commit subject breaks neither table nor text', () => {
    const subject = '| <script> \n# x **y**';
    const text = told(anObservation({ checkouts: [aCheckout('private', 'behind', { subject })] }));
    expect(text).not.toMatch(/(^|[^\\])<script>/);
    expect(text).not.toMatch(/^# /m);
    const row = text.split('\n').find((line) => line.startsWith('| private')) ?? '';
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
  });
});
