import { defineConfig } from 'vitest/config';

/** Runs the recorder, which is no test: `npx vitest run --config test/replay/record.config.ts`. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/replay/record.ts', 'test/replay/record-real.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
