/** Each wanted bird, as Weaver and everybody see it. What one of them does, or does not, holds up no other. */
import { WebFailure } from '../../activities/shared/web.js';
import { askBird, type BirdAnswer } from '../../activities/weaver/bird.js';
import { descriptionOf, processesOf, registeredIds, type Reach } from '../../activities/weaver/client.js';
import type { Bird } from '../../activities/weaver/place.js';
import { notPublic, type Why } from '../../activities/weaver/refusals.js';

export interface BirdSeen extends Partial<Why> {
  bird: string;
  registered: boolean;
}

/** As everybody, then as an administrator: together shorter than a person waits. */
const [BARE_MS, SIGNED_MS] = [4_000, 3_000];

/** Throws WebFailure when Weaver does not tell what is registered in time. `why`: it tells something else, a clause. */
export async function lookAtBirds(birds: readonly Bird[], reach: Reach): Promise<BirdSeen[] | { why: string }> {
  const ids = await registeredIds(reach);
  if (!Array.isArray(ids)) return { why: `does not tell what is registered (status ${ids.answer.status})` };
  return Promise.all(birds.map((bird) => lookAtBird(bird, ids.includes(bird.name), reach)));
}

async function lookAtBird({ name, url }: Bird, registered: boolean, reach: Reach): Promise<BirdSeen> {
  const [itself, read] = await Promise.all([
    whyOfBird(name, url, reach),
    registered ? whyUnread(name, reach) : undefined,
  ]);
  return { bird: name, registered, ...(itself ?? read) };
}

/** Undefined: it is well, or its name is not known here. */
async function whyOfBird(name: string, url: string, reach: Reach): Promise<Why | undefined> {
  const bare = await askBird(url, { ...reach, cookies: false, limitMs: BARE_MS });
  const refused = notPublic(bare);
  if (refused === undefined || reach.session === undefined) return refused ?? whyOfAnswer(name, bare);
  // Twitcher also answers so for a bird that says nothing sensible.
  const answer = await askBird(url, { ...reach, cookies: true, limitMs: SIGNED_MS });
  return whyOfAnswer(name, answer) ?? refused;
}

function whyOfAnswer(name: string, answer: BirdAnswer): Why | undefined {
  if (answer.is === 'wps-2') return { why: 'speaks WPS 2.0 only', todo: 'let it answer in WPS 1.0.0' };
  return answer.is === 'not ready' ? { why: answer.why, todo: `look at the container of ${name}` } : undefined;
}

async function whyUnread(name: string, reach: Reach): Promise<Why | undefined> {
  const todo = 'see birdkeeper weaver status';
  try {
    const read = await processesOf(reach, name);
    if (typeof read === 'number') return undefined;
    const { status, text } = read.answer;
    const said = descriptionOf(text);
    return { why: `Weaver cannot read it (status ${status}${said === '' ? '' : `: ${said}`})`, todo };
  } catch (error) {
    if (!(error instanceof WebFailure)) throw error;
    return { why: `Weaver ${error.message} when it is asked for it`, todo };
  }
}
