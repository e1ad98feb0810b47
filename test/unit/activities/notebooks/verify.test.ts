import { describe, expect, it } from 'vitest';
import { describeProblems, notebookProblem } from '../../../../activities/notebooks/verify.js';

describe('activities/notebooks/verify', () => {
  it('one of version 3, which has worksheets, is one', () => {
    expect(notebookProblem('{"worksheets": [{"cells": []}], "nbformat": 3, "nbformat_minor": 0}')).toBeUndefined();
  });

  it.each([
    { cells: [], nbformat: 4 },
    { cells: [{ cell_type: 'code' }], nbformat: 3, nbformat_minor: 0, metadata: {} },
  ])('%j is a notebook', (value) => {
    expect(notebookProblem(JSON.stringify(value))).toBeUndefined();
  });

  it.each([
    ['', /is not JSON/],
    ['{"cells": [], "nbformat": 4', /is not JSON/],
    ['<<<<<<< HEAD\n{"cells": [], "nbformat": 4}', /is not JSON/],
    ['version https://git-lfs.github.com/spec/v1', /is not JSON/],
    ['null', /holds no object/],
    ['7', /holds no object/],
    ['[]', /"cells" is not a list/],
    ['{"nbformat": 4}', /"cells" is not a list/],
    ['{"cells": {}, "nbformat": 4}', /"cells" is not a list/],
    ['{"cells": []}', /"nbformat" is not a number/],
    ['{"cells": [], "nbformat": "4"}', /"nbformat" is not a number/],
    ['{"cells": [], "nbformat": 4, "nbformat_minor": "5"}', /"nbformat_minor" is not a number/],
    ['{"worksheets": [], "nbformat": 4}', /"cells" is not a list/],
  ])('%j is none', (text, problem) => {
    expect(notebookProblem(text)).toMatch(problem);
  });

  it('names ten problems and counts the others', () => {
    const problems = Array.from({ length: 12 }, (_, n) => ({ path: `${n}.ipynb`, problem: 'is bad' }));
    expect(describeProblems(problems.slice(0, 2))).toBe('0.ipynb is bad; 1.ipynb is bad');
    expect(describeProblems(problems)).toMatch(/9\.ipynb is bad; and 2 more$/);
  });
});
