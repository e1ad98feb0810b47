import { describe, expect, it } from 'vitest';
import { decode } from '../../../../activities/shared/bytes.js';
import {
  listedNames,
  missingRequired,
  renderTemplate,
  targetOf,
  templateLists,
} from '../../../../activities/stack/templates.js';

const lists = { required: ['A', 'B'], optional: ['O'] };
const render = (text: string, values: Record<string, string>) =>
  renderTemplate(Buffer.from(text, 'latin1'), lists, values).toString('latin1');

describe('activities/stack/templates', () => {
  it('reads names in every form of a list', () => {
    expect(listedNames('\n  $A\n  ${B} C\t$D$E\n $A 9X x-y $9 ${F-x}')).toEqual(['A', 'B', 'D', 'E', 'C']);
    expect(templateLists({ VARS: '$A', OPTIONAL_VARS: '${B}' })).toEqual({ required: ['A'], optional: ['B'] });
    expect(templateLists({})).toEqual({ required: [], optional: [] });
  });

  it('changes listed names only, in both forms', () => {
    expect(render('$A ${B} $O $host ${AB} $AB ${A-x} ${A} $$A $ {A} ${', { A: '1', B: '2', O: '3' })).toBe(
      '1 2 3 $host ${AB} $AB ${A-x} 1 $1 $ {A} ${',
    );
  });

  it('leaves an unset listed name empty', () => {
    expect(render('<$A${O}>', {})).toBe('<>');
  });

  it('sees in the second pass what the first one wrote, and not the other way round', () => {
    expect(render('$A $O', { A: '$O', O: '$A' })).toBe('$A $A');
  });

  it('does not read a value as a pattern', () => {
    expect(render('$A', { A: '$& $1 \\n' })).toBe('$& $1 \\n');
  });

  it('keeps carriage returns, a missing last newline and bytes that are no UTF-8', () => {
    expect(render('a\r\n$A\xff\x00\xe9', { A: 'é' })).toBe('a\r\n\xc3\xa9\xff\x00\xe9');
  });

  it('writes bytes of a value that are no UTF-8 as they are', () => {
    expect(render('<$A>', { A: decode(Buffer.from([0x63, 0xe9, 0xff])) })).toBe('<c\xe9\xff>');
  });

  it('names required variables that are unset or blank', () => {
    expect(missingRequired({ VARS: '$A ${B} C', A: '1', B: ' \n' })).toEqual(['B', 'C']);
    expect(missingRequired({})).toEqual([]);
  });

  it('renders to the same path without the suffix', () => {
    expect(targetOf('/a b/x.conf.template')).toBe('/a b/x.conf');
  });
});
