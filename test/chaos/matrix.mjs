/** The matrix as text. Pure; for the tests and for the program that puts their columns together. */

/**
 * One cell of the matrix.
 *
 * @typedef {object} Cell
 * @property {string} where
 * @property {string} victim
 * @property {number} seconds from the kill until everything is as it shall be
 * @property {string[]} differs empty: it converged
 * @property {string[]} notes
 * @property {string} [logs] where the logs of a cell that failed are kept
 */

/**
 * Rows in the order in which the places first appear.
 *
 * @param {readonly Cell[]} cells
 */
export function renderMatrix(cells) {
  const victims = [...new Set(cells.map(({ victim }) => victim))];
  const rows = [...new Set(cells.map(({ where }) => where))].map((where) => [
    where,
    ...victims.map((victim) => word(cells.find((cell) => cell.where === where && cell.victim === victim))),
  ]);
  const table = [['where', ...victims], ...rows];
  const widths = ['where', ...victims].map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...details(cells)].join('\n');
}

/** @param {Cell | undefined} cell */
function word(cell) {
  if (cell === undefined) return '-';
  return cell.differs.length === 0 ? `ok ${cell.seconds} s` : 'DIFFERS';
}

/** @param {readonly Cell[]} cells */
function details(cells) {
  const lines = cells.flatMap(({ where, victim, differs, notes, logs }) => [
    ...differs.map((sentence) => `${victim}/${where} differs: ${sentence}`),
    ...(logs === undefined ? [] : [`${victim}/${where} logs: ${logs}`]),
    ...notes.map((sentence) => `${victim}/${where}: ${sentence}`),
  ]);
  return lines.length === 0 ? [] : ['', ...lines];
}
