/**
 * Magpie, Weaver with its birds and its worker, and Cowbird, as they are now. Side by side, and none of it for longer than a person
 * waits: what does not answer by then is told so.
 */
import { converseWith, type Conversation } from '../../activities/deployment/conversation.js';
import { birdErrors } from '../../activities/deployment/bird-settings.js';
import { hasCowbird, reachCowbirdOf } from '../../activities/deployment/cowbird/reach.js';
import { hasWeaver } from '../../activities/deployment/weaver/reach.js';
import { weaverContainers } from '../../activities/deployment/weaver/worker.js';
import { findingsOf } from '../../activities/cowbird/findings.js';
import { lookAtCowbird } from '../../activities/cowbird/look.js';
import { createBackupEngine } from '../../activities/docker/backup-engine.js';
import { deadlineOf } from '../../activities/shared/deadline.js';
import { isStepFailure, messageOf } from '../../activities/shared/failures.js';
import { createRedactor } from '../../activities/shared/redact.js';
import { WebFailure } from '../../activities/shared/web.js';
import type { StackView } from '../../activities/stack/view.js';
import { askRoot } from '../../activities/weaver/client.js';
import { weaverPlace } from '../../activities/weaver/place.js';
import { checkWorkers } from '../../activities/weaver/worker-check.js';
import { NotLooked, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import { lookAtBirds } from './bird-look.js';
import type { DoctorContext } from './context.js';
import { judgeBirds, judgeCowbird, judgeRole, judgeWorkers } from './judge-birds.js';

const NAME = 'Weaver and Cowbird';
/** Of all of it, from when the configuration is read. */
const LOOK_SECONDS = 10;
/** Whoever asks Weaver of its birds, or Cowbird, has to be signed in first. */
const SIGN_IN_SECONDS = 4;
const NOBODY = 'nobody is signed in at Magpie';

export const birds: Check<DoctorContext> = {
  name: NAME,
  limitMs: 25_000 + LOOK_SECONDS * 1_000,
  async run(context, signal) {
    const view = await readable(context);
    if (view === undefined) return [];
    if (!hasWeaver(view) && !hasCowbird(view)) return [];
    if (birdErrors(view, []).length > 0) throw new NotLooked('their settings are wrong (see configuration)');
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LOOK_SECONDS * 1_000)]);
    const redact = createRedactor(view.variables);
    const found = await Promise.all(parts({ view, context, limit }));
    return found.flat().map((finding) => ({ ...finding, finding: redact(finding.finding) }));
  },
};

/** Nobody knows then whether the stack has them; the check of the configuration says why. */
async function readable(context: DoctorContext): Promise<StackView | undefined> {
  try {
    return await context.readableView();
  } catch (error) {
    if (error instanceof NotLooked) return undefined;
    throw error;
  }
}

interface Looking {
  view: StackView;
  context: DoctorContext;
  limit: AbortSignal;
}

function parts(looking: Looking): Promise<Finding[]>[] {
  const { view } = looking;
  const talk = converseWith(view, looking.context, looking.limit);
  const signedIn = talk.then((conversation) => signIn(conversation, looking.limit));
  // Why there is none is told as Magpie's.
  const nobody = () => Promise.reject<never>(new NotLooked(NOBODY));
  const asked = talk.catch(nobody);
  return [
    within(looking, 'Magpie', async () => (await signedIn).findings),
    ...(hasWeaver(view)
      ? [
          within(looking, 'Weaver', async () => weaverFindings(await asked, signedIn, looking)),
          within(looking, "Weaver's worker", () => workerFindings(looking)),
        ]
      : []),
    ...(hasCowbird(view)
      ? [within(looking, 'Cowbird', async () => cowbirdFindings(await signedIn.catch(nobody), looking))]
      : []),
  ];
}

/** What hangs, or fails in a way that was foreseen, is a line of its own: none of it keeps a stack from being deployed. */
async function within({ limit }: Looking, what: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  const over = new Promise<never>((_, reject) => {
    limit.addEventListener('abort', () => reject(new WebFailure('timeout', 'over')), { once: true });
  });
  try {
    return await Promise.race([look(), over]);
  } catch (error) {
    if (limit.aborted) return [warn(what, `does not answer within ${LOOK_SECONDS} s`, SEE_LOGS)];
    if (error instanceof NotLooked) return [warn(what, `not looked at: ${error.message}`)];
    // What to do is in its words.
    if (isStepFailure(error) || error instanceof WebFailure) return [warn(what, messageOf(error))];
    throw error;
  }
}

const SEE_LOGS = 'Look at its container: docker compose ps -a; docker compose logs SERVICE';

interface SignedIn {
  findings: Finding[];
  /** What asks as an administrator can be asked. */
  isOpen: boolean;
}

async function signIn({ session, magpie }: Conversation, limit: AbortSignal): Promise<SignedIn> {
  if (session === undefined || magpie === undefined) return { findings: [], isOpen: true };
  const soon = AbortSignal.timeout(SIGN_IN_SECONDS * 1_000);
  try {
    await session.open(deadlineOf(SIGN_IN_SECONDS - 1), AbortSignal.any([limit, soon]));
    return { findings: [ok('Magpie', `an administrator can be signed in (${magpie.url})`)], isOpen: true };
  } catch (error) {
    if (!soon.aborted && !isStepFailure(error)) throw error;
    const finding = soon.aborted
      ? warn('Magpie', `${magpie.url} does not answer within ${SIGN_IN_SECONDS} s`, SEE_LOGS)
      : warn('Magpie', messageOf(error));
    return { findings: [finding], isOpen: false };
  }
}

/** Its first page is for everybody, so that it is known to be there whatever Magpie says. */
async function weaverFindings(
  { web, session }: Conversation,
  signedIn: Promise<SignedIn>,
  { view, limit }: Looking,
): Promise<Finding[]> {
  const { place } = weaverPlace(view.variables);
  if (place === undefined) return [];
  // A little earlier than all of it, so that what does not answer is named.
  const reach = { web, url: place.url, deadline: deadlineOf(LOOK_SECONDS - 1), signal: limit };
  const asAnybody = await answered(() => askRoot(reach));
  const isGuarded = 'answer' in asAnybody && [401, 403].includes(asAnybody.answer.status);
  const asks = isGuarded && session !== undefined && (await signedIn).isOpen;
  const root = asks ? await answered(() => askRoot({ ...reach, session })) : asAnybody;
  const judged = judgeRole(root, place);
  if (judged.stops) return judged.findings;
  if (!(await signedIn).isOpen) return [...judged.findings, warn('birds', `not looked at: ${NOBODY}`)];
  const signed = session === undefined ? reach : { ...reach, session };
  return [...judged.findings, ...judgeBirds(await answered(() => lookAtBirds(place.birds, signed)))];
}

async function answered<T>(ask: () => Promise<T>): Promise<T | { why: string }> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WebFailure) return { why: error.message };
    throw error;
  }
}

/** Its script takes a while in each container: so in both at the same time, and once. */
async function workerFindings({ view, context, limit }: Looking): Promise<Finding[]> {
  const { dockerHost } = context.host;
  const engine = createBackupEngine({ project: view.name, ...(dockerHost === undefined ? {} : { dockerHost }) });
  const seen = weaverContainers(view).map(async (container) => ({
    container,
    ...(await checkWorkers({ engine, containers: [container], deadline: deadlineOf(0), signal: limit })),
  }));
  return judgeWorkers(await Promise.all(seen));
}

/** It is not waited for: what is only starting is told so. */
async function cowbirdFindings({ isOpen }: SignedIn, { view, context, limit }: Looking): Promise<Finding[]> {
  if (!isOpen) throw new NotLooked(NOBODY);
  const { place, web } = await reachCowbirdOf(view, { signal: limit }, context, 0);
  const look = await lookAtCowbird(place, web, limit);
  return judgeCowbird(look, findingsOf(look));
}
