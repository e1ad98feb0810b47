/** The commands below `birdkeeper jobs`. */
import type { Command, Option } from 'commander';
import type { JobOptions } from './commands/jobs.js';
import type { CommandContext } from './io.js';

export interface JobsParts {
  stackOption: () => Option;
  run: (call: (context: CommandContext) => Promise<number>) => Promise<void>;
}

type Act = (context: CommandContext, options: JobOptions, words: readonly string[]) => Promise<number>;

export function addJobs(program: Command, { stackOption, run }: JobsParts): void {
  const common = (command: Command): Command =>
    command
      .addOption(stackOption())
      .option('--env-file <file>', "the stack's env.local, when it is elsewhere")
      .option('--address <host:port>', 'Temporal server')
      .exitOverride();
  const load = () => import('./commands/jobs.js');
  const acting = (command: Command, act: () => Promise<Act>): Command =>
    command.action(async (...given: unknown[]) => {
      const chosen = given.at(-1) as Command;
      const acts = await act();
      await run((context) => acts(context, optionsOf(chosen, jobs), chosen.args));
    });
  const json = ['--json', 'as JSON (docs/commands.md)'] as const;
  const jobs = common(program.command('jobs'))
    .description('what runs on a schedule: when next, how it ended last')
    .option(...json);
  acting(jobs, async () => (await load()).list);
  const verb = (usage: string, description: string, act: () => Promise<Act>): Command =>
    acting(common(jobs.command(usage)).description(description), act);

  verb('run <name>', 'start a run now', async () => (await load()).run);
  verb('logs <name>', 'what the newest run said; needs no server', async () => (await load()).logs)
    .option('--follow', 'show what comes, until ^C')
    .option(...json);
  const reason = ['--reason <text>', 'why, for who looks at it'] as const;
  verb('pause <name>', 'do not run it until resume', async () => (await load()).pause).option(...reason);
  verb('resume <name>', 'run it on its schedule again', async () => (await load()).resume);
  verb(
    'lint [file]',
    'what is wrong with the jobs of a file, or of the stack; needs no server',
    async () => (await load()).lint,
  ).option(...json);
}

/** Those of `jobs` count where the command itself was given none. */
function optionsOf(command: Command, group: Command): JobOptions {
  const given = Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) !== 'default');
  return { ...command.opts(), ...(command.parent === group ? group.opts() : {}), ...Object.fromEntries(given) };
}
