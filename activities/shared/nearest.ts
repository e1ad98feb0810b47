/** The word that was most likely meant. Pure. */

/** Of several that are equally near, the first. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, distance: distanceBetween(word, candidate) }));
  return ranked.sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** How many letters must be added, taken away or replaced. */
function distanceBetween(a: string, b: string): number {
  // A key of thousands of letters is near to nothing.
  const [from, to] = [a.slice(0, 40).toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
