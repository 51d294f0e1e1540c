import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  resolve: {
    // The package under its own name is what was built, as a user's program and every worker thread sees it.
    alias: [
      { find: /^goroutines$/, replacement: path('./dist/bundle/index.js') },
      { find: /^goroutines\/(test|vitest)$/, replacement: path('./dist/$1.js') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/build.ts'],
    // What the compiler says is tested too: a wrong type fails the run.
    typecheck: { enabled: true, include: ['test/types/*.test-d.ts'], tsconfig: 'test/types/tsconfig.json' },
    pool: 'forks',
    // Vitest leaves one processor alone, so on two it would run one file after the other: 16 minutes in place of 12.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: {
      // Loaded by Node itself and not by Vitest: there must be one copy of it in a thread, and goroutines are taken out of its sources.
      deps: { external: [/\/packages\/runtime\/dist\//, /\/test\/.*\.mjs$/] },
    },
  },
});
