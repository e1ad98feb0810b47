import { EXIT } from '../../workflows/contract.js';
import { clientContext, type ClientContext } from '../doctor/context.js';
import { runChecks, type Check } from '../doctor/run-checks.js';
import { keeper, schedules, serverClock, temporal, worker } from '../doctor/server-checks.js';
import { permissions, registration, stateFiles } from '../doctor/state-checks.js';
import type { ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { renderDoctor } from '../render/doctor.js';
import type { DoctorAnswer } from '../schemas.js';

/** Longer than all limits of that side: it has its own for each check. */
const HOST_LIMIT_MS = 60_000;

/** Every precondition, one line each; 1 when one fails. Works when everything is broken, and changes nothing. */
export async function doctor(context: CommandContext, options: CommonOptions): Promise<ExitStatus> {
  const { io, settings } = context;
  const own = await clientContext(settings, options);
  try {
    const { directory, stack } = own;
    const thisHost = hostCheck(context, options);
    const order = [registration, permissions, stateFiles, thisHost, temporal, serverClock, worker, keeper, schedules];
    const findings = await runChecks(order, own);
    const answer: DoctorAnswer = { stack: 'ref' in stack ? stack.ref.stack : null, directory, findings };
    if (options.json) printJson(io, answer);
    else printLines(io, renderDoctor(answer));
    return findings.some(({ result }) => result === 'fail') ? EXIT.failed : EXIT.done;
  } finally {
    await own.close();
  }
}

/** What only the worker's libraries can look at. */
function hostCheck({ handlers }: CommandContext, { envFile }: CommonOptions): Check<ClientContext> {
  return {
    name: 'this host',
    limitMs: HOST_LIMIT_MS,
    run: ({ directory, stateDirectory, stack }) => {
      const known = 'ref' in stack ? stack : undefined;
      const file = envFile ?? known?.state.stack.envFile;
      return handlers.doctor({
        stackDir: known?.directory ?? directory,
        stateDirectory,
        ...(file === undefined ? {} : { envFile: file }),
        ...(known === undefined ? {} : { stack: known.ref.stack }),
      });
    },
  };
}
