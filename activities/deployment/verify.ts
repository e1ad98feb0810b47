/** What the new commits say, before anything of them is laid out or run. */
import { afterVerify, decideStack } from '../../workflows/check-stack/decide.js';
import type { CommitsVerdict } from '../../workflows/model.js';
import { askConditionalTrigger } from '../git/conditional-trigger.js';
import { forPerson } from '../git/for-person.js';
import { headCommit } from '../git/history.js';
import { unsignedCommits } from '../git/signatures.js';
import type { Step } from '../shared/step.js';
import type { Activities } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { observeStack } from './observe.js';
import { gitOptions } from './open.js';
import { watchOf, type Watch } from './watch.js';

/** One question to gpg or ssh-keygen per commit, of which a push may bring hundreds. */
const GIT_SECONDS = 120;

/**
 * Signatures where they are required, then what a push says that a person must do, then the conditional triggers: a script
 * out of a commit that nobody may have written is not run. `number` absent: a look, whose line in the log is corrected.
 */
export async function verifyCommits(
  { stack: name, commits, number }: Parameters<Activities['verifyCommits']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['verifyCommits']> {
  const stack = await deps.state.stack(name);
  const watch = await watchOf(stack, deps, step.signal);
  const moves = await movesOf(watch, commits, step, deps);
  const unsigned = await unsignedOf(moves, watch);
  const asked = unsigned.length > 0 ? [] : await Promise.all(moves.map((move) => forPerson(move)));
  const triggers = unsigned.length > 0 ? [] : await askTriggers(moves, watch);
  const verdict: CommitsVerdict = {
    unsigned,
    forPerson: asked.flat(),
    triggers: triggers.map(({ checkout, answer, detail }) => ({ checkout, deploys: answer !== 'skip', detail })),
    // Without a record there is nothing that could be left as it runs.
    skips:
      triggers.length > 0 &&
      triggers.length === moves.length &&
      triggers.every(({ answer }) => answer === 'skip') &&
      (await stack.latestRelease()) !== undefined,
  };
  for (const { checkout, detail } of verdict.triggers) step.log.info(`conditional trigger of ${checkout}: ${detail}`);
  if (number === undefined) await correctLook(name, verdict, step, deps);
  return verdict;
}

type Move = Awaited<ReturnType<typeof movesOf>>[number];

async function movesOf(
  { checkouts }: Watch,
  commits: Readonly<Record<string, string>>,
  step: Step,
  deps: Dependencies,
) {
  const git = gitOptions(deps, step.signal, GIT_SECONDS);
  const moves = await Promise.all(
    checkouts.map(async (checkout) => ({
      ...git,
      checkout,
      from: await headCommit(checkout.dir, git),
      to: commits[checkout.name],
    })),
  );
  return moves.flatMap(({ to, ...move }) => (to === undefined || to === move.from ? [] : [{ ...move, to }]));
}

async function unsignedOf(moves: readonly Move[], { settings }: Watch): Promise<string[]> {
  const mode = settings.verifySignatures;
  if (mode === 'no') return [];
  const { allowedSigners, gpgKeyring } = settings;
  const found = await Promise.all(moves.map((move) => unsignedCommits({ ...move, mode, allowedSigners, gpgKeyring })));
  return found.flat();
}

/** Only those that have a script; one checkout without a script is a reason to deploy. */
async function askTriggers(moves: readonly Move[], { settings }: Watch) {
  const answers = await Promise.all(
    moves.map(async (move) => ({
      checkout: move.checkout.name,
      ...(await askConditionalTrigger({ ...move, limitSeconds: settings.triggerTimeoutSeconds })),
    })),
  );
  return answers.filter(({ answer }) => answer !== 'none');
}

/** The look was written down before the commits were read. */
async function correctLook(name: string, verdict: CommitsVerdict, step: Step, deps: Dependencies): Promise<void> {
  const seen = await observeStack({ stack: name, fetch: false, number: 0 }, step, deps);
  const decision = afterVerify(decideStack(seen), verdict);
  if (decision.word === 'behind') return;
  const { word, reason, wanted } = decision;
  const stack = await deps.state.stack(name);
  await stack.setLook({ word, reason, commits: wanted, at: new Date().toISOString() });
  deps.journal.look({ stack: name, message: `${word}: ${reason}` });
}
