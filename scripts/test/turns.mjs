/**
 * Output of several at once, shown one after the other: the first who takes a turn is heard as it speaks, each of the
 * others from its beginning as soon as those before it have ended.
 *
 * @typedef {{ say: (chunk: Buffer | string) => void, end: () => void }} Turn
 *
 * @param {(chunk: Buffer | string) => void} write
 * @returns {() => Turn} takes the next turn
 */
export function takeTurns(write) {
  /** @type {{ kept: (Buffer | string)[], ended: boolean }[]} */
  const waiting = [];
  const advance = () => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      for (const chunk of first.kept.splice(0)) write(chunk);
      if (!first.ended) return;
      waiting.shift();
    }
  };
  return () => {
    /** @type {{ kept: (Buffer | string)[], ended: boolean }} */
    const turn = { kept: [], ended: false };
    waiting.push(turn);
    return {
      say: (chunk) => {
        turn.kept.push(chunk);
        advance();
      },
      end: () => {
        turn.ended = true;
        advance();
      },
    };
  };
}
