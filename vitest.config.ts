import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Two cores, and several tests start real processes: more workers than cores only makes them slower.
    maxWorkers: 2,
  },
});
