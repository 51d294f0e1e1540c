/** A suite over a module of programs: each is a test, run in one place. A program throws when something is wrong. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { enter, leave, type Place, type Program } from '../helpers/places.ts';

export type Programs = Record<string, Program>;

export function programsSuite(what: string, place: Place, programs: Programs): void {
  describe(`${what} in ${place.name}`, () => {
    beforeAll(() => enter(place));
    afterAll(() => leave());
    for (const [name, program] of Object.entries(programs)) it(name, () => place.run(program));
  });
}
