/** What a shell has to know of the command line, out of the program itself: a second list would grow old. Pure. */
import type { Argument, Command, Option } from 'commander';

/** What follows an option, or stands in the place of an argument. */
export type Takes =
  | { kind: 'directory' | 'file' | 'text' }
  /** One of these. */
  | { kind: 'words'; words: readonly string[] };

export interface OptionShape {
  /** `--reason`; the long one first. */
  names: string[];
  description: string;
  /** Undefined for a switch. */
  takes: Takes | undefined;
}

export interface CommandShape {
  name: string;
  description: string;
  options: OptionShape[];
  argument: Takes | undefined;
}

export interface ProgramShape {
  name: string;
  commands: CommandShape[];
}

export const shapeOf = (program: Command): ProgramShape => ({
  name: program.name(),
  commands: program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...command.options.map(optionShape), HELP],
    argument: command.registeredArguments.map(argumentTakes)[0],
  })),
});

/** commander adds it to each command and lists it nowhere. */
const HELP: OptionShape = { names: ['--help', '-h'], description: 'help for this command', takes: undefined };

function optionShape(option: Option): OptionShape {
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1];
  return {
    names: [option.long, option.short].flatMap((name) => name ?? []),
    description: option.description,
    takes: placeholder === undefined ? undefined : takes(placeholder, option.argChoices),
  };
}

const argumentTakes = (argument: Argument): Takes => takes(argument.name(), argument.argChoices);

function takes(placeholder: string, choices: readonly string[] | undefined): Takes {
  if (choices !== undefined) return { kind: 'words', words: choices };
  if (placeholder === 'dir') return { kind: 'directory' };
  return { kind: placeholder.startsWith('file') ? 'file' : 'text' };
}
