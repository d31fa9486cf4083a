import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{backend,renderer,electron,testing,scripts}/**/*.test.ts'],
          exclude: ['**/*.real.test.ts', '**/node_modules/**'],
        },
      },
      {
        test: {
          name: 'real',
          include: ['{backend,testing}/**/*.real.test.ts'],
          // Each has engines and guests of its own; more at once would only make all of them slow.
          maxWorkers: 2,
          // For what hangs only: nothing here is a measure of how fast a machine is.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
});
