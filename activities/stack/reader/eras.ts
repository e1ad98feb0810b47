/** Which generation a checkout is read by: found by what its scripts hold, or named. Pure. */
import { FAILURES, StepFailure } from '../../shared/failures.js';
import { CHANGES, FIRST, PLAIN, type Change, type DeepPartial, type Generation, type Mark } from './generations.js';

/** The first tag with each set of changes, oldest first: what `--era` takes. */
export const ERAS: readonly string[] = ['1.14', ...new Set(CHANGES.map(({ since }) => since))];

export interface Scripts {
  readonly composeScript: string;
  /** The reader's file, or the compose script where there was none yet. */
  readonly reader: string;
  readonly components: string;
  readonly services: string;
}

export interface Era {
  /** The newest change that was found; `plain` where there are no scripts of birdhouse-deploy. */
  readonly name: string;
  readonly generation: Generation;
}

export const PLAIN_ERA: Era = { name: 'plain', generation: PLAIN };

/** The era of a checkout by what its scripts hold. */
export const eraOf = (scripts: Scripts): Era => eraWith((change) => isMarked(change.mark, scripts));

/** An era by its name: `1.14`, a tag of `ERAS` or any tag between two of them, or `plain`. Undefined for other words. */
export function eraNamed(name: string): Era | undefined {
  if (name === PLAIN_ERA.name) return PLAIN_ERA;
  if (!/^\d+\.\d+(\.\d+)?$/.test(name) || compareTags(name, '1.14') < 0) return undefined;
  return eraWith(({ since }) => compareTags(since, name) <= 0);
}

/** Throws `Configuration` for what is no era. */
export function eraCalled(name: string): Era {
  const era = eraNamed(name);
  if (era) return era;
  throw new StepFailure(
    FAILURES.configuration,
    `--era ${name}: no such era. Give a tag of birdhouse-deploy (1.14 or newer), or "plain". It changed at ${ERAS.slice(1).join(', ')}.`,
  );
}

function eraWith(holds: (change: Change) => boolean): Era {
  const changes = CHANGES.filter(holds);
  return {
    name: changes.at(-1)?.since ?? '1.14',
    generation: changes.reduce((former, { traits }) => changed(former, traits), FIRST),
  };
}

function changed(former: Generation, traits: DeepPartial<Generation>): Generation {
  return {
    ...former,
    ...(traits as Partial<Generation>),
    lists: traits.lists ? (traits.lists as Generation['lists']) : former.lists,
    creates: { ...former.creates, ...traits.creates },
    guard: { ...former.guard, ...traits.guard },
    derived: { ...former.derived, ...traits.derived },
  };
}

function isMarked(mark: Mark, scripts: Scripts): boolean {
  const text = {
    'compose script': scripts.composeScript,
    reader: scripts.reader,
    components: scripts.components,
    services: scripts.services,
  }[mark.in];
  return text.includes(mark.text) !== (mark.absent ?? false);
}

function compareTags(a: string, b: string): number {
  const [left, right] = [a, b].map((tag) => tag.split('.').map(Number));
  for (const at of [0, 1, 2]) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
