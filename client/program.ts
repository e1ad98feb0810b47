/** The command line: which commands there are and what they take. What they do is loaded when one is chosen. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../workflows/contract.js';
import { addConfig } from './config-program.js';
import { addFollowUps } from './follow-ups-program.js';
import { addJobs } from './jobs-program.js';
import { endOf, type ExitStatus } from './failures.js';
import type { WritePermCommandOptions } from './commands/fix-write-perm.js';
import type { MigrateOptions } from './commands/migrate.js';
import type { DrainOptions } from './commands/drain.js';
import type { NotebooksOptions } from './commands/notebooks.js';
import type { RestoreOptions } from './commands/restore.js';
import type { ReplayOptions } from './commands/replay.js';
import type { UpOptions } from './commands/up.js';
import type { Handlers } from './handlers.js';
import type { CommandContext, CommonOptions, Io } from './io.js';
import type { ClientSettings } from './settings.js';

export interface ProgramOptions {
  handlers: Handlers;
  io: Io;
  /** Read when a command runs, so that `--help` needs nothing. */
  settings(): ClientSettings;
  version: string;
  cwd: string;
}

const ERA = 'read the stack as this tag of birdhouse-deploy does, whatever the checkout holds';

const EXIT_HELP = `
Exit status: 0 done or nothing to do, 1 the work failed, 2 wrong use or bad input, 3 blocked (a person must act),
4 no Temporal server or no worker answers, 10 (check --exit-code) behind, 130 ^C while --wait showed a deployment.`;

/** Runs one command; gives its exit status. Never throws, never ends the process. */
export async function runProgram(args: readonly string[], options: ProgramOptions): Promise<number> {
  let status: number = EXIT.done;
  const program = buildProgram(options, (ended) => (status = ended));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    // commander has told already what was wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const end = endOf(error);
    options.io.err(end.message);
    return end.status;
  }
}

function buildProgram(options: ProgramOptions, finish: (status: number) => void): Command {
  const program = new Command('birdkeeper')
    .description('Keeps a docker compose stack that lives in git checkouts deployed and healthy.')
    .version(options.version)
    .addHelpText('after', EXIT_HELP)
    .showHelpAfterError('(birdkeeper --help shows what there is)')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => options.io.out(text.trimEnd()),
      writeErr: (text) => options.io.err(text.trimEnd()),
    });

  /** A command with the options that all of them take; `act` is loaded when it runs. */
  const verb = <O extends CommonOptions>(
    usage: string,
    description: string,
    act: () => Promise<Act<O>>,
    stacks: 'one' | 'many' = 'one',
  ): Command =>
    program
      .command(usage)
      .description(description)
      .addOption(stackOption(stacks, options.cwd))
      .option('--env-file <file>', "the stack's env.local, when it is elsewhere")
      .option('--address <host:port>', 'Temporal server')
      .exitOverride()
      .action(async (...given: unknown[]) => {
        const command = given.at(-1);
        if (!(command instanceof Command)) return;
        const run = await act();
        const context = { io: options.io, handlers: options.handlers, settings: options.settings() };
        finish(await run(context, command.opts<O>(), command.args[0] ?? '', command.args));
      });

  addActingCommands(verb);
  addReadingCommands(verb);
  addConfig(program, {
    stackOption: () => stackOption('one', options.cwd),
    run: async (call) =>
      finish(await call({ io: options.io, handlers: options.handlers, settings: options.settings() })),
  });
  addJobs(program, {
    stackOption: () => stackOption('one', options.cwd),
    run: async (call) =>
      finish(await call({ io: options.io, handlers: options.handlers, settings: options.settings() })),
  });
  addFollowUps(program, {
    stackOption: () => stackOption('one', options.cwd),
    run: async (call) =>
      finish(await call({ io: options.io, handlers: options.handlers, settings: options.settings() })),
  });
  addCompletion(program, options.io);
  return program;
}

type Act<O> = (context: CommandContext, options: O, argument: string, words: readonly string[]) => Promise<ExitStatus>;
type Verb = <O extends CommonOptions>(
  usage: string,
  description: string,
  act: () => Promise<Act<O>>,
  stacks?: 'one' | 'many',
) => Command;

function stackOption(stacks: 'one' | 'many', cwd: string): Option {
  if (stacks === 'one') return new Option('--stack <dir>', 'directory of the stack').default(cwd);
  return new Option('--stack <dir>', 'directory of the stack; may be given several times')
    .default(cwd)
    .argParser((dir: string, former: string | string[]) => (Array.isArray(former) ? [...former, dir] : [dir]));
}

function addActingCommands(verb: Verb): void {
  verb<UpOptions>(
    'up',
    'run it all: Temporal when no address is given, worker, keeper, schedules; stays',
    async () => (await import('./commands/up.js')).up,
    'many',
  )
    .option('--era <tag>', ERA)
    .option('--beside-former', "also beside the platform's former mechanism (birdkeeper migrate)");
  verb<UpOptions>(
    'worker',
    'run only the worker; stays',
    async () => (await import('./commands/up.js')).worker,
    'many',
  );
  verb('deploy', 'ask the keeper for a deployment', async () => (await import('./commands/deploy.js')).deploy)
    .option('--local', 'make it in this process, without Temporal: for the night when the server is down')
    .option('--force', 'also a quarantined release; puts right whatever does not run as recorded')
    .option('--reason <text>', 'why, for the log and the history', oneReason)
    .option('--wait', 'show what happens and end with the outcome');
  verb(
    'pause',
    'deploy nothing by itself until resume',
    async () => (await import('./commands/pause.js')).pause,
  ).option('--reason <text>', 'why, for the status and the history', oneReason);
  verb('resume', 'deploy by itself again', async () => (await import('./commands/pause.js')).resume);
  verb('approve <number>', 'say yes to the deployment that waits', async () => {
    return (await import('./commands/approve.js')).approve;
  })
    .option('--reason <text>', 'why, for the log and the history', oneReason)
    .option('--wait', 'show what happens and end with the outcome');
  verb('reject <number>', 'say no to the deployment that waits', async () => {
    return (await import('./commands/approve.js')).reject;
  }).option('--reason <text>', 'why, for the log and the history', oneReason);
  verb('rollback [number]', 'go back to the release before, or to the one named', async () => {
    return (await import('./commands/rollback.js')).rollback;
  })
    .option('--reason <text>', 'why, for the log and the history', oneReason)
    .option('--wait', 'show what happens and end with the outcome');
  verb<NotebooksOptions>('notebooks <what>', 'rollback: the notebooks before; deploy: now', async () => {
    return (await import('./commands/notebooks.js')).notebooks;
  }).option('--force', 'also those that somebody went back from');
  verb<RestoreOptions>(
    'restore [snapshot]',
    'put data back out of a backup: the newest unless one is named',
    async () => {
      return (await import('./commands/restore.js')).restore;
    },
  )
    .option('--release <number>', 'the newest backup of that release')
    .option('--only <components>', 'of these components, separated by commas')
    .option('--dry-run', 'say what would be overwritten, and change nothing')
    .option('--no-save', 'without a backup of what there is now')
    .option('--yes', 'do not ask')
    .option('--json', 'as JSON (docs/commands.md)');
  verb<DrainOptions>(
    'drain',
    'begin nothing more on this host and wait until nothing runs: before an upgrade',
    async () => {
      return (await import('./commands/drain.js')).drain;
    },
  )
    .option('--limit <minutes>', 'how long to wait', count, 240)
    .option('--undo', 'take it back: deploy again');
  verb<MigrateOptions>('migrate', "what is left of the platform's former deployments on this host", async () => {
    return (await import('./commands/migrate.js')).migrate;
  })
    .option('--check', 'only look (the default); ends with 3 when something is left')
    .option('--apply', 'remove it, after asking')
    .option('--yes', 'do not ask')
    .option('--json', 'as JSON (docs/commands.md)');
  verb<WritePermCommandOptions>(
    'fix-write-perm [paths...]',
    'give whoever asks write access to the checkouts, also to what root makes there later; needs no server',
    async () => (await import('./commands/fix-write-perm.js')).fixWritePerm,
  )
    .option('--user <name-or-uid>', 'who gets it; needed by root, unless through sudo')
    .option('--dry-run', 'only say what it would do');
  verb('forget', 'end keeper and schedules; the containers run on', async () => {
    return (await import('./commands/forget.js')).forget;
  });
}

/** Knows nothing of stacks, so that it takes none of their options. */
function addCompletion(program: Command, io: Io): void {
  program
    .command('completion')
    .description('print the script by which a shell completes commands and options')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .exitOverride()
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const [{ completionScript }, { shapeOf }] = await Promise.all([
        import('./completion/scripts.js'),
        import('./completion/shape.js'),
      ]);
      io.out(completionScript(shell, shapeOf(program)));
    });
}

function addReadingCommands(verb: Verb): void {
  const json = ['--json', 'as JSON (docs/commands.md)'] as const;
  verb('check', 'look now: a line per checkout', async () => (await import('./commands/check.js')).check)
    .option(...json)
    .option('--exit-code', 'end with 10 when behind, 3 when a person must act');
  verb('plan', 'what a deployment would do; changes nothing, needs no server', async () => {
    return (await import('./commands/plan.js')).plan;
  })
    .option('--era <tag>', ERA)
    .option(...json);
  verb('status', 'what runs, since when, is it healthy, is it behind, what to do', async () => {
    return (await import('./commands/status.js')).status;
  }).option(...json);
  verb('history', 'deployments and how they ended, newest first', async () => {
    return (await import('./commands/history.js')).history;
  })
    .option(...json)
    .option('--limit <n>', 'how many', count, 20);
  verb('schedules', 'what runs by itself: how often, when next, how it ended last', async () => {
    return (await import('./commands/schedules.js')).schedules;
  }).option(...json);
  verb('logs [number]', 'log of the newest deployment and all that came after, or of the one named', async () => {
    return (await import('./commands/logs.js')).logs;
  })
    .option('--json', 'each line as a JSON object (docs/commands.md)')
    .option('--follow', 'go on with what comes, until ^C or the end of the deployment named');
  verb('doctor', 'every precondition, and what to do where one does not hold', async () => {
    return (await import('./commands/doctor.js')).doctor;
  }).option(...json);
  verb<ReplayOptions>('replay [file-or-id]', "replay a workflow's history against this code", async () => {
    return (await import('./commands/replay.js')).replay;
  })
    .option('--running', 'all that is open of this host: what a worker of this code would find')
    .option(...json);
}

function count(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError('give a whole number above 0.');
  return n;
}

function oneReason(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') throw new InvalidArgumentError('say why, or leave it out.');
  return line.slice(0, 300);
}
