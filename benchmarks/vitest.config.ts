import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // What was compiled is tested, and Node itself loads it: the harness starts children from its own folder.
    server: { deps: { external: [/\/benchmarks\/dist\//] } },
    maxConcurrency: 2,
    testTimeout: 180_000, // only to end a program that hangs; no test waits for it
  },
});
