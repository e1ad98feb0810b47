/** One look at Weaver and its birds, for a person. Changes nothing. */
import type { BirdSight, WeaverSight } from '../../../workflows/bird-sight.js';
import { isStepFailure, messageOf } from '../../shared/failures.js';
import type { Step } from '../../shared/step.js';
import type { Configuration } from '../../stack/view.js';
import { WebFailure } from '../../shared/web.js';
import { arriveAtWeaver } from '../../weaver/arrive.js';
import { askBird, type BirdAnswer } from '../../weaver/bird.js';
import { askRoot, descriptionOf, processesOf, type Reach } from '../../weaver/client.js';
import type { Bird } from '../../weaver/place.js';
import { notPublic } from '../../weaver/refusals.js';
import { deadlineOf } from '../../shared/deadline.js';
import type { Dependencies } from '../dependencies.js';
import { reachWeaverOf } from './reach.js';

/** A person waits. */
const LOOK_SECONDS = 15;

/** Throws Configuration when the configuration does not say who is wanted and where. */
export async function sightOfWeaver(
  view: Configuration,
  step: Pick<Step, 'signal'>,
  deps: Dependencies,
): Promise<Omit<WeaverSight, 'last'>> {
  const { place, reach: patient } = await reachWeaverOf(view, undefined, step, deps);
  const reach: Reach = { ...patient, deadline: deadlineOf(LOOK_SECONDS) };
  const found = { stack: view.name, url: place.url };
  try {
    await reach.session?.open(reach.deadline, step.signal);
    const ids = await arriveAtWeaver(reach, place.birds.length > 0);
    const root = await askRoot(reach);
    const birds = await Promise.all([
      ...place.birds.map((bird) => sightOfBird(bird, ids.includes(bird.name), reach)),
      ...ids.filter((id) => !place.birds.some(({ name }) => name === id)).map((id) => sightOfOther(id, reach)),
    ]);
    return { ...found, ...('role' in root ? { role: root.role } : {}), birds };
  } catch (error) {
    if (!isStepFailure(error) && !(error instanceof WebFailure)) throw error;
    const birds = place.birds.map(({ name, url }) => ({ ...unknown(name), url, wanted: true }));
    return { ...found, problem: messageOf(error), birds };
  }
}

const unknown = (bird: string): BirdSight => ({ bird, wanted: false, registered: false, answers: null });

async function sightOfBird({ name, url }: Bird, registered: boolean, reach: Reach): Promise<BirdSight> {
  const [answer, bare, read] = await Promise.all([
    askBird(url, { ...reach, cookies: true }),
    askBird(url, { ...reach, cookies: false }),
    registered ? readBy(reach, name) : {},
  ]);
  return {
    bird: name,
    url,
    wanted: true,
    registered,
    answers: answersOf(answer),
    ...whyOf(name, answer, bare),
    ...read,
  };
}

/** Its address is not asked for: Weaver tells it only of those that answer. */
async function sightOfOther(id: string, reach: Reach): Promise<BirdSight> {
  const read = await readBy(reach, id);
  const todo = read.why === undefined ? {} : { todo: `birdkeeper weaver unregister ${id}` };
  return { bird: id, wanted: false, registered: true, answers: read.processes !== undefined, ...read, ...todo };
}

async function readBy(reach: Reach, id: string): Promise<{ processes?: number; why?: string }> {
  try {
    const read = await processesOf(reach, id);
    if (typeof read === 'number') return { processes: read };
    const said = descriptionOf(read.answer.text);
    return { why: `Weaver cannot read it (status ${read.answer.status}${said === '' ? '' : `: ${said}`})` };
  } catch (error) {
    if (error instanceof WebFailure) return { why: `Weaver ${error.message}` };
    throw error;
  }
}

const answersOf = ({ is }: BirdAnswer): boolean | null => (is === 'unseen' ? null : is === 'ready' || is === 'wps-2');

function whyOf(name: string, answer: BirdAnswer, bare: BirdAnswer): { why?: string; todo?: string } {
  if (answer.is === 'wps-2') return { why: 'speaks WPS 2.0 only', todo: 'let it answer in WPS 1.0.0' };
  if (answer.is === 'not ready') return { why: answer.why, todo: `look at the container of ${name}` };
  return notPublic(bare) ?? {};
}
