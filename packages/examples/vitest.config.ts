import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    fileParallelism: false, // every test starts a program that uses all cores itself
    // Node itself loads what is linked here, as Vitest has it load what is in node_modules: a thread must have it only once.
    server: { deps: { external: [/\/packages\/(runtime|example-numbers)\/dist\//] } },
    testTimeout: 60_000, // only to end a program that hangs; no test waits for it
  },
});
