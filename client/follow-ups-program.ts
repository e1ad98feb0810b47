/** The commands below `birdkeeper weaver` and `birdkeeper cowbird`. */
import type { Command, Option } from 'commander';
import type { CowbirdOptions } from './commands/cowbird.js';
import type { CommandContext } from './io.js';

export interface FollowUpParts {
  stackOption: () => Option;
  run: (call: (context: CommandContext) => Promise<number>) => Promise<void>;
}

type Act = (context: CommandContext, options: CowbirdOptions, words: readonly string[]) => Promise<number>;

const JSON_OPTION = ['--json', 'as JSON (docs/commands.md)'] as const;

export function addFollowUps(program: Command, parts: FollowUpParts): void {
  const weaver = () => import('./commands/weaver.js');
  const birds = adder(program.command('weaver').description('the birds (WPS) that Weaver offers'), parts);
  birds('register [birds...]', 'register what is wanted, or these, and prove that Weaver works', async () => {
    return (await weaver()).register;
  });
  birds('status', 'a line per bird; changes nothing, needs no server', async () => (await weaver()).status).option(
    ...JSON_OPTION,
  );
  birds('unregister <bird>', 'take one out of Weaver that nobody wants any more', async () => {
    return (await weaver()).unregister;
  });

  const cowbird = () => import('./commands/cowbird.js');
  const middle = adder(
    program.command('cowbird').description('what keeps users, files and permissions in step'),
    parts,
  );
  middle('verify', 'look whether it is in step, and record it', async () => (await cowbird()).verify);
  middle('status', 'the same look from here; changes nothing, needs no server', async () => {
    return (await cowbird()).status;
  }).option(...JSON_OPTION);
  middle('resync [handler]', 'have it wipe and build anew what a handler keeps (FileSystem)', async () => {
    return (await cowbird()).resync;
  }).option('--yes', 'do not ask');
}

function adder(group: Command, { stackOption, run }: FollowUpParts) {
  group.exitOverride();
  return (usage: string, description: string, act: () => Promise<Act>): Command =>
    group
      .command(usage)
      .description(description)
      .addOption(stackOption())
      .option('--env-file <file>', "the stack's env.local, when it is elsewhere")
      .option('--address <host:port>', 'Temporal server')
      .exitOverride()
      .action(async (...given: unknown[]) => {
        const chosen = given.at(-1) as Command;
        const acts = await act();
        await run((context) => acts(context, chosen.opts<CowbirdOptions>(), chosen.args));
      });
}
