/** Tests that not every machine can run: skipped with a reason that `npm test` prints. */
import { userInfo } from 'node:os';
import type { TestContext } from 'vitest';

/** For `beforeEach` or the beginning of a test: `needsRoot(context)`. */
export function needsRoot(context: TestContext): void {
  context.skip(userInfo().uid !== 0, 'needs root, which alone may work as the owner of somebody else’s files');
}
