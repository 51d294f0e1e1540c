import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    fileParallelism: false, // every test starts a program that uses all cores itself
    testTimeout: 60_000, // only to end a program that hangs; no test waits for it
  },
});
