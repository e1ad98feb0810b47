/** What was seen of Weaver, its birds, its worker and Cowbird, as findings. None keeps a stack from being deployed. Pure. */
import type { CowbirdLook } from '../../activities/cowbird/look.js';
import type { WebAnswer } from '../../activities/shared/web.js';
import type { WeaverPlace } from '../../activities/weaver/place.js';
import { ROLE, WITHOUT_PROVIDERS } from '../../activities/weaver/roles.js';
import type { WorkerSight } from '../../activities/weaver/worker-check.js';
import { ok, warn } from '../../client/doctor/findings.js';
import type { Finding } from '../../client/schemas.js';
import type { CowbirdFinding } from '../../workflows/cowbird-model.js';
import type { BirdSeen } from './bird-look.js';

const MOST_LINES = 10;

/** `why`: no answer, a clause. */
export type RootSeen = { role: string } | { answer: Pick<WebAnswer, 'status'> } | { why: string };

/** `stops`: its birds cannot be asked for. */
export function judgeRole(
  seen: RootSeen,
  { url, birds }: Pick<WeaverPlace, 'url' | 'birds'>,
): { findings: Finding[]; stops: boolean } {
  if (!('role' in seen)) {
    const why = 'why' in seen ? seen.why : `answers with status ${seen.answer.status} and is not Weaver`;
    const remedy = 'Look at the container weaver and at the proxy before it: docker compose logs weaver';
    return { findings: [warn('Weaver', `${url}/ ${why}`, remedy)], stops: true };
  }
  const { role } = seen;
  if (!WITHOUT_PROVIDERS.includes(role)) {
    return { findings: [ok('Weaver', `is there${role === '' ? '' : ` as ${role}`} (${url})`)], stops: false };
  }
  if (birds.length === 0) return { findings: [ok('Weaver', `is there as ${role} (${url})`)], stops: true };
  const why = `runs as ${role}, which has no providers, while ${birds.length} ${birds.length === 1 ? 'bird is' : 'birds are'} wanted`;
  return { findings: [warn('Weaver', why, `In env.local ${ROLE}, and deploy.`)], stops: true };
}

/** A line for each wanted bird that is not as it should be. `why`: Weaver told of none, a clause. */
export function judgeBirds(seen: readonly BirdSeen[] | { why: string }): Finding[] {
  if ('why' in seen) return [warn('birds', `Weaver ${seen.why}`, 'See birdkeeper weaver status')];
  const found = seen.flatMap(judgeBird);
  if (found.length === 0) {
    return seen.length === 0 ? [] : [ok('birds', `${seen.length} are registered in Weaver, which can read them`)];
  }
  const more = found.length - MOST_LINES;
  return [
    ...found.slice(0, MOST_LINES),
    ...(more > 0 ? [warn('birds', `${more} more are not well`, 'See birdkeeper weaver status')] : []),
  ];
}

function judgeBird({ bird, registered, why, todo }: BirdSeen): Finding[] {
  if (registered && why === undefined) return [];
  const state = registered ? 'is registered' : 'is not registered in Weaver';
  const words = why === undefined ? state : `${state}, and ${why}`;
  const remedy = todo === undefined ? `Register it: birdkeeper weaver register ${bird}` : sentence(todo);
  return [warn(`bird ${bird}`, words, remedy)];
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** None of its containers is here: it is somebody else's. */
export function judgeWorkers(seen: readonly (WorkerSight & { container: string })[]): Finding[] {
  const what = "Weaver's worker";
  if (seen.every(({ state }) => state === 'elsewhere')) return [];
  const found = seen.flatMap((each) =>
    each.state === 'ready'
      ? []
      : [each.state === 'failed' ? each.why : `container ${each.container} is not there`].map((why) =>
          warn(
            what,
            why,
            'birdkeeper weaver register restarts both when it lasts. Look at: docker compose logs weaver-worker',
          ),
        ),
  );
  return found.length > 0 ? found : [ok(what, 'takes jobs')];
}

export function judgeCowbird({ url, version }: CowbirdLook, findings: readonly CowbirdFinding[]): Finding[] {
  const number = version !== undefined && 'version' in version ? ` ${version.version ?? ''}` : '';
  if (findings.length === 0) return [ok('Cowbird', `is there${number}, with its worker (${url})`)];
  return findings.map(({ why, todo }) => warn('Cowbird', why.replace(/\.$/, ''), todo));
}
