import { afterAll, beforeAll, describe, it } from 'vitest';
import { asyncCode, enter, leave, type Program, threads } from '../helpers/places.ts';
import { seed } from '../helpers/random.mjs';
import { values } from './values.mjs';

const chosen: number = seed();

for (const place of [threads, asyncCode]) {
  describe(`values between threads in ${place.name}, SEED=${chosen}`, () => {
    beforeAll(() => enter(place));
    afterAll(() => leave());
    for (const [name, program] of Object.entries<Program>(values)) it(name, () => place.run(program, chosen));
  });
}
