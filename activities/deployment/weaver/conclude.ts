/** Records how a registration ended, and tells people when it did not end well, and when it does again. */
import type { BirdOutcome } from '../../../workflows/bird-model.js';
import { isInStep, summaryOf } from '../../../workflows/register-weaver-providers/judge.js';
import { FAILURES, messageOf, StepFailure } from '../../shared/failures.js';
import type { Step } from '../../shared/step.js';
import type { StackState, WeaverNote } from '../../state/index.js';
import type { Configuration } from '../../stack/view.js';
import type { Activities } from '../../types.js';
import { wantedNames } from '../../weaver/place.js';
import type { Dependencies } from '../dependencies.js';
import { watched } from '../job-notices.js';
import { openConfigurationTogether } from '../open.js';
import { wantedHash } from './current.js';

type Input = Parameters<Activities['concludeWeaver']>[0];

const CHANGED = 'what is wanted of Weaver has changed meanwhile';

/** Twice: recorded twice, told once. What is wanted otherwise by now is not recorded. */
export async function concludeWeaver(
  input: Input,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['concludeWeaver']> {
  const stack = await deps.state.stack(input.stack);
  const view = await readNow(stack, step, deps);
  const { basis } = input.result;
  if (basis !== undefined && view !== undefined && basis !== wantedHash(view))
    return { summary: CHANGED, changed: true };
  return watched({ stack: input.stack, job: 'weaver' }, step, deps, async () => {
    const lines = summaryOf(input.result);
    const [summary = ''] = lines;
    const after = input.number === undefined ? '' : ` after deployment ${input.number}`;
    await deps.journal.job(
      { stack: input.stack, file: 'weaver.log', about: `register the birds${after}` },
      async () => {
        for (const line of lines) step.log.info(line);
        await stack.setWeaverNote(await noteOf(stack, input, summary, view));
      },
      () => summary,
    );
    if (!isInStep(input.result)) throw new StepFailure(FAILURES.unhealthy, lines.join('\n'));
    return { summary: lines.join('; ') };
  });
}

async function noteOf(
  stack: StackState,
  { result }: Input,
  summary: string,
  view: Configuration | undefined,
): Promise<WeaverNote> {
  const former = await stack.weaverNote().catch(() => undefined);
  const at = new Date().toISOString();
  const known = merged(view === undefined ? undefined : wantedNames(view.variables), result.birds, former?.birds ?? []);
  // What failed as a whole says nothing of a single bird that was never asked for.
  const birds = result.failed === undefined ? known : known.filter(({ why }) => why !== UNASKED);
  const isWhole = result.listing !== undefined || result.worker !== undefined;
  const inStep = isInStep({ ...result, birds });
  const goodAt = inStep ? at : former?.goodAt;
  const listed = result.listing === undefined ? undefined : result.listing.failed === undefined;
  return {
    ...{ at, inStep, birds, summary },
    others: isWhole ? result.others : (former?.others ?? []),
    wanted: view === undefined ? '' : wantedHash(view),
    ...(goodAt === undefined ? {} : { goodAt }),
    ...(result.worker === undefined ? {} : { worker: result.worker.state }),
    ...(listed === undefined ? {} : { listed }),
  };
}

/** Undefined: it does not read just now. */
const readNow = (stack: StackState, step: Step, deps: Dependencies): Promise<Configuration | undefined> =>
  openConfigurationTogether(stack, deps, step.signal).catch((error: unknown) => {
    step.log.warn(`What is wanted could not be read: ${messageOf(error)}`);
    return undefined;
  });

const UNASKED = 'was not asked for yet';

/** Those that were not asked for this time are as they were last. */
function merged(
  wanted: readonly string[] | undefined,
  now: readonly BirdOutcome[],
  former: readonly BirdOutcome[],
): BirdOutcome[] {
  const names = wanted ?? [...new Set([...now, ...former].map(({ bird }) => bird))];
  const all = [...now, ...former];
  return names.map(
    (name) => all.find(({ bird }) => bird === name) ?? { bird: name, word: 'not registered', why: UNASKED },
  );
}
