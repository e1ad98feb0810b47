/** Who may write where now, one line each. Pure. */
import type { WritePermAnswer } from '../handlers.js';
import { oneLine } from '../text.js';

export function renderWritePerm({ person, targets }: WritePermAnswer, dryRun: boolean): string[] {
  const who = person.name === `uid ${person.uid}` ? person.name : `${person.name} (uid ${person.uid})`;
  return targets.map(({ path, why, command, problem }) => {
    const place = `${oneLine(path)} (${why})`;
    if (problem !== undefined) return `FAIL  ${place}: ${oneLine(problem)}`;
    return dryRun ? `would run: ${oneLine(command ?? '')}  # ${why}` : `ok    ${place}: ${who} may write`;
  });
}
