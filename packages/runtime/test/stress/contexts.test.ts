import { afterAll, beforeAll, describe, it } from 'vitest';
import { enter, everywhere, leave, type Program } from '../helpers/places.ts';
import { seed } from '../helpers/random.mjs';
import { contextStress } from './contexts.mjs';

const chosen: number = seed();

for (const place of everywhere) {
  describe(`contexts under stress in ${place.name}, SEED=${chosen}`, () => {
    beforeAll(() => enter(place));
    afterAll(() => leave());
    for (const [name, program] of Object.entries<Program>(contextStress)) it(name, () => place.run(program, chosen));
  });
}
