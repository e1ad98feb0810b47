/** `birdkeeper restore`: parts of a snapshot are put back, after what there is was saved. */
import { randomUUID } from 'node:crypto';
import { EXIT } from '../../workflows/contract.js';
import { withSession, type Session } from '../connection.js';
import { CommandEnd, wrongUse, type ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { renderPreview, renderRestored } from '../render/restore.js';
import { runWorkflow } from '../run-workflow.js';
import { RestoredParts, RestorePreview } from '../restore-schemas.js';
import { findStack, serverFor, type KnownStack } from '../stack.js';

export interface RestoreOptions extends CommonOptions {
  release?: string;
  only?: string;
  dryRun?: boolean;
  /** commander: `--no-save`. */
  save?: boolean;
  yes?: boolean;
}

/** How long the restore may wait for its turn. */
const DEADLINE_SECONDS = 6 * 3_600;

/** Says what would be overwritten, asks, and waits for the end. */
export async function restore(context: CommandContext, options: RestoreOptions, argument: string): Promise<ExitStatus> {
  const { io, settings } = context;
  const input = {
    wanted: wantedOf(argument, options.release),
    ...(options.only === undefined ? {} : { only: options.only }),
  };
  const stack = await findStack(settings, options.stack, options.envFile);
  const choice = await serverFor(settings, stack, options.address);
  return withSession(choice, stack.directory, async (session) => {
    const preview = RestorePreview.parse(await resultOf(session, stack, 'previewRestore', input));
    if (options.dryRun === true) {
      if (options.json) printJson(io, preview);
      else printLines(io, renderPreview(preview));
      return EXIT.done;
    }
    if (options.json !== true) printLines(io, renderPreview(preview));
    await confirmed(context, options);
    const work = {
      kind: 'restore',
      deadlineSeconds: DEADLINE_SECONDS,
      input: { ...input, ...(options.save === false ? { saveFirst: 'no' } : {}) },
    };
    io.err('The keeper is asked. This waits for the end; ^C leaves it going on.');
    const restored = RestoredParts.parse(await resultOf(session, stack, 'requestWork', work));
    if (options.json) printJson(io, restored);
    else printLines(io, renderRestored(restored));
    return EXIT.done;
  });
}

function wantedOf(argument: string, release: string | undefined): string {
  if (release === undefined) return argument === '' ? 'latest' : argument;
  if (argument !== '') throw wrongUse('Name a snapshot or a release, not both.');
  if (!/^\d{1,9}$/.test(release)) throw wrongUse(`${JSON.stringify(release)} is no number of a release.`);
  return `release:${release}`;
}

async function confirmed({ io }: CommandContext, { yes }: RestoreOptions): Promise<void> {
  if (yes === true) return;
  if (io.ask === undefined) throw wrongUse('Nobody can be asked here: give --yes to overwrite what was listed.');
  if (!/^y(es)?$/i.test((await io.ask('Overwrite all of it? [y/N] ')).trim()))
    throw new CommandEnd(EXIT.failed, 'Nothing was changed.');
}

function resultOf(session: Session, stack: KnownStack, type: string, input: object): Promise<unknown> {
  const { host, stack: name } = stack.ref;
  const otherwise = type === 'previewRestore' ? 'Nothing was changed. ' : '';
  return runWorkflow(session, stack, { type, input, otherwise, workflowId: `restore/${host}/${name}/${randomUUID()}` });
}
