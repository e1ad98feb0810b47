/** Restores, for people. Pure. */
import type { RestoredParts, RestorePreview } from '../restore-schemas.js';
import { oneLine } from '../text.js';

export function renderPreview({ snapshot, madeAt, release, stops, parts }: RestorePreview): string[] {
  return [
    `snapshot ${snapshot} of ${madeAt}${release === null ? '' : `, release ${release}`}`,
    ...parts.flatMap(({ key, what, changes }) => {
      if (changes === undefined) return [`  ${key}: ${what}`];
      const { write, remove, names } = changes;
      const more = write + remove - names.length;
      return [
        `  ${key}: ${what}: ${write} files written, ${remove} removed`,
        ...names.map((name) => `    ${oneLine(name)}`),
        ...(more > 0 ? [`    … and ${more} more, all of them in backup.log`] : []),
      ];
    }),
    ...(stops.length === 0 ? [] : [`stopped meanwhile: ${stops.join(', ')}`]),
  ];
}

export function renderRestored({ snapshot, restored, aside, saved, stopped }: RestoredParts): string[] {
  return [
    `restored from ${snapshot}: ${restored.join(', ')}`,
    ...aside.map((one) => `laid aside, not put back: ${one}`),
    ...(stopped.length === 0 ? [] : [`stopped meanwhile, and started again: ${stopped.join(', ')}`]),
    saved === null
      ? 'What there was before was not saved.'
      : `What there was before is in snapshot ${saved}: birdkeeper restore ${saved}`,
  ];
}
