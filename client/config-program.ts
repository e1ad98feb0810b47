/** The commands below `birdkeeper config`. */
import { Option, type Command } from 'commander';
import type { EnvOptions, ReadingOptions } from './commands/config.js';
import type { CommandContext } from './io.js';
import { VARIABLE_FORMATS } from './variable-formats.js';

type Act<O> = (context: CommandContext, options: O, words: readonly string[]) => Promise<number>;

/** `stackOption`: a new one for each command. `run`: calls what was loaded, and keeps its exit status. */
export interface ConfigParts {
  stackOption: () => Option;
  run: (call: (context: CommandContext) => Promise<number>) => Promise<void>;
}

export function addConfig(program: Command, { stackOption, run }: ConfigParts): void {
  const withReading = (command: Command): Command =>
    command
      .addOption(stackOption())
      .option('--env-file <file>', "the stack's env.local, when it is elsewhere")
      .option('--era <tag>', 'read as this tag of birdhouse-deploy does, whatever the checkout holds')
      .option('--as-worker', "with the environment that a worker passes on, rather than this shell's")
      .exitOverride();
  const config = withReading(program.command('config')).description(
    'what the files of the stack say: variables, components, compose files, rendered files',
  );
  const reading = <O extends ReadingOptions>(
    usage: string,
    description: string,
    load: () => Promise<Act<O>>,
    parent = config,
  ): Command =>
    withReading(parent.command(usage))
      .description(description)
      .action(async (...given: unknown[]) => {
        const command = given.at(-1) as Command;
        const act = await load();
        await run((context) => act(context, optionsOf<O>(command, config), command.args));
      });
  const json = ['--json', 'as JSON (docs/commands.md)'] as const;
  const load = () => import('./commands/config.js');

  reading<EnvOptions>(
    'env [names...]',
    'variables as upstream’s scripts would leave them',
    async () => (await load()).env,
  )
    .option('--basic', 'without the components')
    .option('--exported', 'only what is exported')
    .addOption(new Option('--format <format>', 'how to write them').choices([...VARIABLE_FORMATS]).default('shell'));
  reading<ReadingOptions>(
    'components',
    'components in the order of their reading',
    async () => (await load()).components,
  )
    .option('--why', 'say who asked for each')
    .option(...json);
  reading<ReadingOptions>('files', 'compose files in the order that Compose gets', async () => (await load()).files)
    .option('--no-includes', 'without what .include files of components add')
    .option(...json);
  reading<ReadingOptions>('render', 'rendered files whose text would change', async () => (await load()).render)
    .option('--out <dir>', 'write every rendered file below this directory')
    .option('--check', 'end with 1 when any would change')
    .option(...json);
  reading<ReadingOptions>(
    'validate',
    'everything that is wrong with it, at once',
    async () => (await load()).validate,
  ).option(...json);
  reading<ReadingOptions>(
    'explain <name>',
    'where the value of a variable comes from',
    async () => (await load()).explain,
  )
    .option('--reveal', 'show secrets as they are')
    .option(...json);
  reading<ReadingOptions>(
    'compose [args...]',
    'docker compose as the stack’s own script calls it: birdkeeper compose -- ps',
    async () => (await import('./commands/compose.js')).compose,
    program,
  ).passThroughOptions();
}

/** Those of `config` count where the command itself was given none: `config --stack DIR env` is `config env --stack DIR`. */
function optionsOf<O extends ReadingOptions>(command: Command, group: Command): O {
  const given = Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) !== 'default');
  return { ...command.opts(), ...(command.parent === group ? group.opts() : {}), ...Object.fromEntries(given) };
}
