import { chan } from 'goroutines';
import { expect, it } from 'vitest';
import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { refusals } from './refusals.mjs';

for (const place of everywhere) programsSuite('wrong uses', place, refusals);

it('yield* outside of a goroutine is told what to do', () => {
  const outside = (function* () {
    yield* chan().recv();
  })();
  expect(() => outside.next()).toThrow(
    'yield* of an operation (chan receive) outside of a goroutine: use await here, or start the generator with go()',
  );
});
