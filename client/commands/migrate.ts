/** `birdkeeper migrate`: is the former mechanism still there, and away with it. */
import { EXIT } from '../../workflows/contract.js';
import { wrongUse, type ExitStatus } from '../failures.js';
import type { FormerArtifact } from '../handlers.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';

export interface MigrateOptions extends CommonOptions {
  check?: boolean;
  apply?: boolean;
  yes?: boolean;
}

export const CANNOT_COEXIST =
  'It and birdkeeper cannot both deploy: each stops, pulls and starts what the other is at work on.';

/** Looks, or removes what it finds after asking. */
export async function migrate({ io, handlers }: CommandContext, options: MigrateOptions): Promise<ExitStatus> {
  if (options.apply === true && options.check === true) throw wrongUse('Give --check or --apply, not both.');
  const found = await handlers.findFormer();
  if (options.json === true && options.apply !== true) {
    printJson(io, found);
    return found.length === 0 ? EXIT.done : EXIT.blocked;
  }
  if (found.length === 0) {
    io.out('Nothing of the former mechanism is left on this host.');
    return EXIT.done;
  }
  printLines(io, found.map(describe));
  io.out(CANNOT_COEXIST);
  if (options.apply !== true) {
    io.out('birdkeeper migrate --apply removes it, after asking (docs/migration.md tells how to go back).');
    return EXIT.blocked;
  }
  if (!(options.yes === true || (await agrees(io.ask)))) {
    io.err('Nothing was removed.');
    return EXIT.blocked;
  }
  const kept = await handlers.removeFormer(found);
  io.out(`Removed.${kept === undefined ? '' : ` Copies of the files are in ${kept}.`}`);
  return EXIT.done;
}

export const describe = ({ kind, name, what }: FormerArtifact): string =>
  kind === 'container' ? `container ${name}: ${what}` : `${name}: ${what}`;

async function agrees(ask: ((question: string) => Promise<string>) | undefined): Promise<boolean> {
  if (ask === undefined) throw wrongUse('Nobody can be asked here: give --yes to remove what was listed.');
  return /^y(es)?$/i.test((await ask('Remove all of it? [y/N] ')).trim());
}
