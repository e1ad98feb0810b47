/** Order of test files. A suite ends as late as a long file that begins last, so those begin first. */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take 20 s and more on two cores, the longest of their suite first; the others follow as vitest has them. */
export const LONGEST: readonly string[] = [
  'test/e2e/watching.test.ts',
  'test/e2e/chaos-cells.test.ts',
  'test/e2e/people.test.ts',
  'test/e2e/adopted.test.ts',
  'test/e2e/failing.test.ts',
  'test/e2e/weaver.test.ts',
  'test/integration/activities/index.test.ts',
  'test/integration/activities/compose/apply.test.ts',
  'test/integration/worker/embedded-server.test.ts',
  'test/integration/client/program.test.ts',
  'test/integration/workflows/keep-stack/keep-stack.test.ts',
  'test/integration/client/with-keeper.test.ts',
  'test/integration/activities/git/advance.test.ts',
  'test/integration/workflows/keep-stack/keep-stack-hostile.test.ts',
  'test/integration/activities/git/advance-killed.test.ts',
];

/** Listed ones in their order, then the rest in theirs. */
export function longestFirst<T>(files: readonly T[], pathOf: (file: T) => string): T[] {
  const rank = (file: T): number => {
    const at = LONGEST.indexOf(pathOf(file));
    return at === -1 ? LONGEST.length : at;
  };
  return files.toSorted((a, b) => rank(a) - rank(b));
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files), ({ moduleId }) => relative(this.ctx.config.root, moduleId));
  }
}
