/** Cowbird of a stack, verified and, when a person asks, made to build anew. */
import { resultOf } from '../../cowbird/findings.js';
import { lookAtCowbird } from '../../cowbird/look.js';
import { resync } from '../../cowbird/resync.js';
import { isStepFailure, messageOf } from '../../shared/failures.js';
import { redactUrls, type Redact } from '../../shared/redact.js';
import { redactWords } from '../../shared/redact-words.js';
import type { Step } from '../../shared/step.js';
import type { StackState } from '../../state/index.js';
import type { Activities } from '../../types.js';
import type { CowbirdFinding, CowbirdResult } from '../../../workflows/cowbird-model.js';
import type { Dependencies } from '../dependencies.js';
import { watched } from '../job-notices.js';
import { openConfigurationTogether, redactorOf } from '../open.js';
import { reachCowbird } from './reach.js';

/** Waits for what may only be starting; what is not in step is the result, and people are told. Changes nothing. */
export async function verifyCowbird(
  { stack: name, number }: Parameters<Activities['verifyCowbird']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['verifyCowbird']> {
  const stack = await deps.state.stack(name);
  const after = number === undefined ? '' : ` after deployment ${number}`;
  const troubleOf = ({ inStep, findings }: CowbirdResult) =>
    inStep ? undefined : { what: 'found that it is not in step', text: textOf(findings) };
  return watched({ stack: name, job: 'cowbird', troubleOf }, step, deps, () =>
    deps.journal.job(
      { stack: name, file: 'cowbird.log', about: `verify Cowbird${after}` },
      async () => {
        const found = await seen(stack, step, deps);
        const redact = await redactorFor(stack, step, deps);
        const result = { ...found, findings: found.findings.map((one) => redactWords(one, redact)) };
        for (const { what, why, todo } of result.findings) step.log.warn(`${what}: ${why} To do: ${todo}`);
        await record(stack, result);
        return result;
      },
      ({ inStep, findings }) => (inStep ? 'in step' : `not in step: ${findings.map(({ what }) => what).join(', ')}`),
    ),
  );
}

/** What keeps it from looking at all is a finding, too: whoever asks wants to know what to do. */
async function seen(stack: StackState, step: Step, deps: Dependencies): Promise<CowbirdResult> {
  try {
    const { place, web } = await reachCowbird(stack, step, deps);
    return resultOf(await lookAtCowbird(place, web, step.signal));
  } catch (error) {
    if (step.signal.aborted || !isStepFailure(error)) throw error;
    if (!['Unauthorised', 'Unhealthy', 'Configuration'].includes(error.type)) throw error;
    return notSeen(messageOf(error));
  }
}

/** A configuration that does not read is a finding, and knows no secrets. */
async function redactorFor(stack: StackState, step: Step, deps: Dependencies): Promise<Redact> {
  try {
    return redactorOf(await openConfigurationTogether(stack, deps, step.signal));
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    return redactUrls;
  }
}

export const notSeen = (why: string): CowbirdResult => ({
  ...{ inStep: false, handlers: [], withoutWorkspace: [] },
  findings: [{ what: 'look', why, todo: 'Then: birdkeeper cowbird verify' }],
});

const textOf = (findings: readonly CowbirdFinding[]): string =>
  findings.map(({ what, why, todo }) => `${what}: ${why} To do: ${todo}`).join('\n');

async function record(stack: StackState, result: CowbirdResult): Promise<void> {
  const at = new Date().toISOString();
  const goodAt = result.inStep ? at : (await stack.cowbirdNote().catch(() => undefined))?.goodAt;
  await stack.setCowbirdNote({ at, ...result, ...(goodAt === undefined ? {} : { goodAt }) });
}

/** The answer comes when it is done, which may take long. */
const RESYNC_SECONDS = 4 * 3_600;

/** Only a person asks for this, who was told what is lost. Twice: built anew twice. */
export async function resyncCowbird(
  { stack: name, handler }: Parameters<Activities['resyncCowbird']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['resyncCowbird']> {
  const stack = await deps.state.stack(name);
  const { place, web } = await reachCowbird(stack, step, deps, RESYNC_SECONDS);
  await deps.journal.job({ stack: name, file: 'cowbird.log', about: `resync ${handler}` }, () =>
    resync(place, handler, web, step.signal),
  );
  return { handler };
}
