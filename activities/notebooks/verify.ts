/** Whether a file is a Jupyter notebook. Pure. */

/** What keeps JupyterHub from opening the text as a notebook, or undefined when nothing does. */
export function notebookProblem(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `is not JSON (${error instanceof Error ? error.message : String(error)})`;
  }
  if (typeof value !== 'object' || value === null) return 'is no notebook: it holds no object';
  const format = 'nbformat' in value ? value.nbformat : undefined;
  // Before version 4 the cells lay in worksheets; JupyterLab still opens those.
  const isOld = typeof format === 'number' && format < 4;
  const cells = isOld && 'worksheets' in value ? value.worksheets : 'cells' in value && value.cells;
  if (!Array.isArray(cells)) return 'is no notebook: "cells" is not a list';
  if (typeof format !== 'number') return 'is no notebook: "nbformat" is not a number';
  if ('nbformat_minor' in value && typeof value.nbformat_minor !== 'number') {
    return 'is no notebook: "nbformat_minor" is not a number';
  }
  return undefined;
}

export interface NotebookProblem {
  /** Path in the source. */
  path: string;
  problem: string;
}

const MAX_PROBLEMS = 10;

export function describeProblems(problems: readonly NotebookProblem[]): string {
  const told = problems.slice(0, MAX_PROBLEMS).map(({ path, problem }) => `${path} ${problem}`);
  const more = problems.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
