import { go, runtime } from 'goroutines';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { seed } from '../helpers/random.mjs';
import { channels } from './channels.mjs';

const chosen: number = seed();

for (const procs of [1, 3]) {
  describe(`channels and users of all kinds, procs ${procs}, SEED=${chosen}`, () => {
    beforeAll(async () => {
      runtime.configure({ procs });
      await go(() => undefined);
    });
    afterAll(() => runtime.shutdown());
    for (const [name, program] of Object.entries<(seed: number) => Promise<void>>(channels)) it(name, () => program(chosen));
  });
}
