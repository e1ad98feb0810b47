/** Lines of a terminal that are drawn again in their place. */
import type { Screen } from '../io.js';

export interface Region {
  draw(lines: readonly string[]): void;
  /** The last drawing stays; what is written next stands below it. */
  leave(): void;
}

const CLEAR_BELOW = '\u001b[0J';
const up = (lines: number): string => (lines === 0 ? '' : `\u001b[${lines}F`);

/** What does not change is not written again. */
export function regionOn(screen: Pick<Screen, 'write'>): Region {
  let drawn: readonly string[] = [];
  return {
    draw(lines) {
      if (lines.join('\n') === drawn.join('\n')) return;
      screen.write(`${up(drawn.length)}${CLEAR_BELOW}${lines.map((line) => `${line}\n`).join('')}`);
      drawn = [...lines];
    },
    leave() {
      drawn = [];
    },
  };
}
