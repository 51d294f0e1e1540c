import { go, runtime } from 'goroutines';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { kinds } from './kinds.mjs';

for (const procs of [1, 3]) {
  describe(`first come, first served, of all kinds, procs ${procs}`, () => {
    beforeAll(async () => {
      runtime.configure({ procs });
      await go(() => undefined);
    });
    afterAll(() => runtime.shutdown());
    for (const [name, program] of Object.entries<() => Promise<void>>(kinds)) it(name, program);
  });
}
