import { Argument, Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../../../client/completion/shape.js';

describe('client/completion/shape', () => {
  it('reads commands, options and what they take out of the program', () => {
    const program = new Command('bird');
    program.command('fly').description('flies').option('-s, --stack <dir>', 'where').option('--wait', 'waits');
    program.command('sing').argument('<file-or-id>').option('--env-file <file>', 'f').option('--reason <text>', 'r');
    program.command('nest').addArgument(new Argument('<shell>').choices(['bash', 'zsh']));
    const { name, commands } = shapeOf(program);
    expect(name).toBe('bird');
    const [fly, sing, nest] = commands;
    expect(fly).toMatchObject({ name: 'fly', description: 'flies', argument: undefined });
    expect(fly?.options).toEqual([
      { names: ['--stack', '-s'], description: 'where', takes: { kind: 'directory' } },
      { names: ['--wait'], description: 'waits', takes: undefined },
      { names: ['--help', '-h'], description: 'help for this command', takes: undefined },
    ]);
    expect(sing?.argument).toEqual({ kind: 'file' });
    expect(sing?.options.map(({ takes }) => takes?.kind)).toEqual(['file', 'text', undefined]);
    expect(nest?.argument).toEqual({ kind: 'words', words: ['bash', 'zsh'] });
  });
});
