import { writeFileSync } from 'node:fs';

/** Variable that names the file which the tally is written to. */
const TALLY_FILE = 'TALLY_FILE';

/**
 * A vitest reporter that writes numbers and the reasons of skipped tests: vitest's own JSON leaves the reasons out.
 */
export default class TallyReporter {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const withState = (/** @type {string} */ state) => tests.filter((test) => test.result().state === state);
    const skipped = withState('skipped').map((test) => {
      const result = test.result();
      const reason = 'note' in result ? result.note : undefined;
      return { name: test.fullName, reason: reason ?? 'says nothing but its name' };
    });
    // A file that failed outside its tests: loading it, or a hook of it.
    const failedFiles = modules.filter((module) => module.errors().length > 0).length;
    const tally = { passed: withState('passed').length, failed: withState('failed').length + failedFiles, skipped };
    writeFileSync(process.env[TALLY_FILE] ?? 'tally.json', JSON.stringify(tally));
  }
}
