import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../../scripts/setup/arguments.mjs';

describe('scripts/setup/arguments', () => {
  it('without words the machine is set up for the product alone', () => {
    expect(parseArguments([])).toEqual({ action: 'set up', target: 'start', check: false });
  });

  it('target and --check come in any order and form', () => {
    const expected = { action: 'set up', target: 'test', check: true };
    expect(parseArguments(['--check', '--for', 'test'])).toEqual(expected);
    expect(parseArguments(['--for=test', '--check'])).toEqual(expected);
  });

  it('stopping the engine is all that happens when it is asked for', () => {
    expect(parseArguments(['--stop-engine'])).toEqual({ action: 'stop engine' });
  });

  it.each([[['--for']], [['--for', 'production']], [['--chek']], [['test']]])('%j changes nothing', (args) => {
    expect(parseArguments(args)).toMatchObject({ action: 'usage' });
  });
});
