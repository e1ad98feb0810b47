/** Which images have to be made available, and how. Pure. */
import type { ServiceFingerprint } from '../../workflows/model.js';
import { BUILD_KEY } from './fingerprint-keys.js';
import { type ComposeModel, type ServiceDefinition, imageOf } from './model.js';

export interface ImageNeed {
  reference: string;
  /** present: the local image of that reference is the right one. */
  how: 'present' | 'pull' | 'build';
  /** Why it is pulled or built; a clause. */
  reason: string;
  /** Services that run it. */
  services: string[];
  platform?: string;
  /** build: the service whose `build` section makes it. */
  builtBy?: string;
}

export interface ImageQuestion {
  model: ComposeModel;
  /** Ids of local images by reference. */
  imageIds: ReadonlyMap<string, string>;
  recorded: Readonly<Record<string, ServiceFingerprint>>;
  wanted: Readonly<Record<string, ServiceFingerprint>>;
  /** Of `movedImages`: tags that are followed (`BIRDKEEPER_PULL=always`). */
  moved?: readonly { reference: string }[];
}

/**
 * One need per reference. `daily`, `weekly` and `every_…` count as `missing`: a deployment happens for a commit, and an
 * image that should be newer is written into the file. `problems`: images that are absent and may not be pulled.
 */
export function imageNeeds(question: ImageQuestion): { needs: ImageNeed[]; problems: string[] } {
  const needs = new Map<string, ImageNeed>();
  const problems: string[] = [];
  for (const [name, service] of Object.entries(question.model.services)) {
    const reference = imageOf(question.model.name, name, service);
    const need = needOf(name, service, reference, question);
    const former = needs.get(reference);
    needs.set(reference, former ? stronger(former, need) : need);
  }
  for (const need of needs.values()) {
    const neverPulled = need.services.filter((name) => question.model.services[name]?.pull_policy === 'never');
    if (need.how === 'pull' && neverPulled.length === need.services.length) {
      problems.push(
        `Image ${need.reference} is not on this host, and pull_policy "never" forbids ${neverPulled.join(', ')} to pull it: load it by hand or change the policy.`,
      );
    }
  }
  return { needs: [...needs.values()], problems };
}

function needOf(
  name: string,
  service: ServiceDefinition,
  reference: string,
  { imageIds, recorded, wanted, moved = [] }: ImageQuestion,
): ImageNeed {
  const base = {
    reference,
    services: [name],
    ...(service.platform === undefined ? {} : { platform: service.platform }),
  };
  const absent = !imageIds.has(reference);
  if (service.build) {
    const before = recorded[name]?.contents[BUILD_KEY];
    const changed = before !== wanted[name]?.contents[BUILD_KEY];
    const reason = absent ? 'it is not on this host' : before === undefined ? 'it is new' : 'its build changed';
    return { ...base, builtBy: name, how: absent || changed ? 'build' : 'present', reason };
  }
  if (!absent && service.pull_policy !== 'never' && moved.some((image) => image.reference === reference)) {
    return { ...base, how: 'pull', reason: 'its tag moved in the registry' };
  }
  if (service.pull_policy === 'always') return { ...base, how: 'pull', reason: 'pull_policy is "always"' };
  return { ...base, how: absent ? 'pull' : 'present', reason: 'it is not on this host' };
}

const STRENGTH = { present: 0, pull: 1, build: 2 } as const;

/** An image that one service builds and others name is built. */
function stronger(a: ImageNeed, b: ImageNeed): ImageNeed {
  const [strong, weak] = isStronger(b, a) ? [b, a] : [a, b];
  return {
    ...strong,
    services: [...new Set([...a.services, ...b.services])],
    ...(strong.platform ? {} : platformOf(weak)),
  };
}

function isStronger(a: ImageNeed, b: ImageNeed): boolean {
  if ((a.builtBy === undefined) !== (b.builtBy === undefined)) return a.builtBy !== undefined;
  return STRENGTH[a.how] > STRENGTH[b.how];
}

const platformOf = ({ platform }: ImageNeed): { platform?: string } => (platform === undefined ? {} : { platform });
