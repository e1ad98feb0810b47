import { defineConfig } from 'vitest/config';

// Forks, not threads: the native bridge of the Temporal SDK crashes in worker threads.
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/**/*.test.ts'],
    exclude: ['node_modules', 'dist'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
