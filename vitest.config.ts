import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

// Forks, not threads: the native bridge of the Temporal SDK crashes in worker threads.
export default defineConfig({
  test: {
    pool: 'forks',
    // Suites run at the same time: a file that all of them write would be read half-written.
    cache: false,
    include: ['test/**/*.test.ts'],
    exclude: ['node_modules', 'dist'],
    sequence: { sequencer: LongestFirst },
    // Limits for what hangs: four suites at once on two cores make everything slow.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
