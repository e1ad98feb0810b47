/** Which image changes a rollback does not undo, and which of them are not rolled back by themselves. Pure. */
import type { ServiceFingerprint } from '../../workflows/model.js';
import type { ServiceDefinition } from './model.js';

/** On a service: `auto` (an image change is rolled back whatever it did to the data) or `manual` (a person decides). */
export const ROLLBACK_LABEL = 'birdkeeper.rollback';

export interface ImageChange {
  service: string;
  definition: ServiceDefinition;
  recorded: Pick<ServiceFingerprint, 'image'>;
  wanted: Pick<ServiceFingerprint, 'image' | 'contents'>;
  /** What changes, a clause. */
  change: string;
  /** A snapshot of what the services write is taken before anything is touched. */
  snapshot: boolean;
}

export interface Irreversible {
  /** For the plan. */
  sentence: string;
  /** A failed deployment leaves it as it is, until a person decides. */
  manual: boolean;
}

/** Undefined when a rollback undoes it, or the label says that it may. */
export function irreversible(image: ImageChange): Irreversible | undefined {
  const { service, definition, recorded, wanted, change, snapshot } = image;
  const label = definition.labels[ROLLBACK_LABEL]?.trim();
  const written = writtenBy(definition, wanted);
  if (label === 'auto') return undefined;
  const what = `${service}: ${change}`;
  const data = `, and it writes to ${namesOf(written)}: a rollback brings the image back, not the data.`;
  if (label === 'manual') {
    const because = `Its label ${ROLLBACK_LABEL} is manual: after a failure it waits for a person.`;
    return { sentence: written.length === 0 ? `${what}. ${because}` : `${what}${data} ${because}`, manual: true };
  }
  if (written.length === 0) return undefined;
  if (snapshot || !majorChanges(recorded.image, wanted.image)) return { sentence: `${what}${data}`, manual: false };
  const because = `The major version changes: after a failure it waits for a person (label ${ROLLBACK_LABEL}: auto or manual).`;
  return { sentence: `${what}${data} ${because}`, manual: true };
}

/** A sentence for each service whose label is neither. */
export function rollbackProblems(services: Readonly<Record<string, ServiceDefinition>>): string[] {
  return Object.entries(services).flatMap(([name, { labels }]) => {
    const label = labels[ROLLBACK_LABEL]?.trim();
    if (label === undefined || label === 'auto' || label === 'manual') return [];
    return [
      `Label ${ROLLBACK_LABEL} of service ${name} should be auto or manual (got ${JSON.stringify(label.slice(0, 40))}).`,
    ];
  });
}

/** Tags that tell no version (`latest`) differ from every version: nobody knows what they bring. */
export function majorChanges(from: string, to: string): boolean {
  return majorOf(from) !== majorOf(to);
}

/** First number of the tag: 13 of `postgres:13.4-alpine`, 2 of `app:v2`; undefined for `latest` or the id of a commit. */
export function majorOf(reference: string): number | undefined {
  const [named = ''] = reference.split('@');
  const tag = named.slice(named.lastIndexOf('/') + 1).split(':')[1];
  const major = /^(?:v|version-|release-)?(\d{1,9})(?=[._+-]|$)/i.exec(tag ?? '')?.[1];
  return major === undefined ? undefined : Number(major);
}

/** Volumes and directories that are not ours and that it may write to. */
const writtenBy = (service: ServiceDefinition, wanted: Pick<ServiceFingerprint, 'contents'>): string[] =>
  service.volumes
    .filter((mount) => mount.read_only !== true && ['volume', 'bind'].includes(mount.type))
    .flatMap((mount) => mount.source ?? [])
    .filter((source) => !(source in wanted.contents) && !source.endsWith('.sock'));

export function namesOf(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
